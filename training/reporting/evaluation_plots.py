"""The pictures of an evaluation: one panel for two classes, a panel for each of many findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from training.metrics.figures import Called, confusion
from training.metrics.scores import balanced_weights

__all__ = ["PICTURES", "Panel", "draw_pictures"]

COLUMNS: Final = 4
INCHES: Final = 4.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One label on some films.

    Attributes
    ----------
    called : Called
        Films with the label and films without it occur.
    names : tuple of two str
        Of the films that lack the label, and of those that have it.
    part : str
        Of the archive.
    """

    called: Called
    names: tuple[str, str]
    part: str


def draw_pictures(panels: tuple[Panel, ...], folder: Path) -> tuple[str, ...]:
    """Draw every picture of `PICTURES`, with one panel for each label.

    Parameters
    ----------
    panels : tuple of Panel
        One or more.
    folder : Path
        For the pictures; it is there.

    Returns
    -------
    tuple of str
        Names of the files written.
    """
    names = []
    for name, draw in PICTURES.items():
        figure = _grid(panels, draw) if len(panels) > 1 else _single(panels[0], draw)
        names.append(f"{name}-{panels[0].part}.png")
        figure.savefig(folder / names[-1], dpi=110 if len(panels) == 1 else 70)
    return tuple(names)


def _single(panel: Panel, draw: Callable[[Axes, Panel], None]) -> Figure:
    figure = Figure(figsize=(INCHES, INCHES), layout="constrained")
    if draw is not _reliability:
        draw(figure.subplots(), panel)
        return figure
    axes, counts = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    draw(axes, panel)
    axes.set(xlabel="")
    counts.hist(panel.called.probability, bins=np.linspace(0, 1, 11), color="grey")
    counts.set(xlabel="claimed probability", ylabel="films", yscale="log")
    return figure


def _grid(panels: tuple[Panel, ...], draw: Callable[[Axes, Panel], None]) -> Figure:
    rows = -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(INCHES * COLUMNS, INCHES * rows), layout="constrained")
    every = np.ravel(figure.subplots(rows, COLUMNS, squeeze=False))
    for axes, panel in zip(every, panels, strict=False):
        draw(axes, panel)
        axes.set_title(f"{axes.get_title()}: {panel.names[1]}", parse_math=False)
    for axes in every[len(panels) :]:
        axes.set_axis_off()
    return figure


def _roc(axes: Axes, panel: Panel) -> None:
    """Draw the ROC curve with the operating point on it."""
    called = panel.called
    wrong, right, _ = roc_curve(called.labels, called.probability)
    axes.plot(wrong, right, "-", label=f"{panel.part} films")
    every = np.arange(len(called.labels))
    point = (1 - called.share_right(every, 0), called.share_right(every, 1))
    axes.plot(*point, "ok", label=f"threshold {called.threshold:.2f}")
    axes.plot([0, 1], [0, 1], ":", color="grey", label="chance")
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title=f"ROC, {panel.part}")
    axes.set_aspect("equal")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")


def _precision_recall(axes: Axes, panel: Panel) -> None:
    """Draw precision over recall, as the steps that the average precision is the area of."""
    called = panel.called
    precision, recall, _ = precision_recall_curve(called.labels, called.probability)
    axes.step(recall, precision, "-", where="post", label=f"{panel.part} films")
    found = confusion(called)
    n_said = found["true_positive"] + found["false_positive"]
    if n_said:  # without a film that was said to have the label there is no precision
        point = (found["true_positive"] / called.labels.sum(), found["true_positive"] / n_said)
        axes.plot(*point, "ok", label=f"threshold {called.threshold:.2f}")
    axes.axhline(called.labels.mean(), ls=":", color="grey", label="chance")
    axes.set(xlabel="recall (sensitivity)", ylabel="precision", ylim=(-0.02, 1.02))
    axes.set(title=f"Precision and recall, {panel.part}")
    axes.grid(alpha=0.3)
    axes.legend()


def _confusion(axes: Axes, panel: Panel) -> None:
    """Draw how many films of each class were called what; a row's share is its shade."""
    found = confusion(panel.called)
    counts: NDArray[np.int64] = np.array(
        [
            [found["true_negative"], found["false_positive"]],
            [found["false_negative"], found["true_positive"]],
        ]
    )
    shares = counts / counts.sum(axis=1, keepdims=True)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        words = f"{counts[row, column]:,}\n{share:.1%}"
        color = "white" if share > 0.5 else "black"
        axes.text(column, row, words, ha="center", va="center", color=color)
    axes.set_xticks([0, 1], panel.names, parse_math=False)
    axes.set_yticks([0, 1], panel.names, rotation=90, va="center", parse_math=False)
    axes.set(xlabel="called", ylabel="is", title=f"Confusion, {panel.part}")


def _reliability(axes: Axes, panel: Panel) -> None:
    """Draw found over claimed probability, both classes weighing alike."""
    called = panel.called
    weights = balanced_weights(called.labels)
    bins = np.minimum((called.probability * 10).astype(np.int64), 9)
    claimed, found = [], []
    for current in range(10):
        inside = bins == current
        if inside.any():
            claimed.append(np.average(called.probability[inside], weights=weights[inside]))
            found.append(np.average(called.labels[inside], weights=weights[inside]))
    axes.plot([0, 1], [0, 1], ":", color="grey", label="claimed = found")
    axes.plot(claimed, found, "-o", label=f"{panel.part} films")
    axes.set(xlabel="claimed probability", ylabel="found", xlim=(0, 1))
    axes.set(title=f"Reliability, {panel.part}, classes alike")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")


PICTURES: Final[Mapping[str, Callable[[Axes, Panel], None]]] = MappingProxyType(
    {
        "roc": _roc,
        "precision-recall": _precision_recall,
        "confusion": _confusion,
        "reliability": _reliability,
    }
)
