"""The pictures of an evaluation: one panel for two classes, a panel for each of many findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    RocCurveDisplay,
    confusion_matrix,
)

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


def draw_pictures(panels: tuple[Panel, ...], folder: Path) -> None:
    """Draw every picture of `PICTURES`, with one panel for each label.

    Parameters
    ----------
    panels : tuple of Panel
        One or more.
    folder : Path
        For the pictures; it is there.
    """
    for name, draw in PICTURES.items():
        with rc_context({"text.parse_math": False}):  # a label may hold a dollar sign
            figure = _grid(panels, draw) if len(panels) > 1 else _single(panels[0], draw)
            place = folder / f"{name}-{panels[0].part}.png"
            figure.savefig(place, dpi=110 if len(panels) == 1 else 70)


def _single(panel: Panel, draw: Callable[[Axes, Panel], None]) -> Figure:
    figure = Figure(figsize=(INCHES, INCHES), layout="constrained")
    if draw is not _reliability:
        draw(figure.subplots(), panel)
        return figure
    axes, counts = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    draw(axes, panel)
    axes.set(xlabel="")
    counts.hist(panel.called.probability, bins=np.linspace(0, 1, 11), color="grey")
    counts.set(xlabel="predicted probability", ylabel="films", yscale="log")
    counts.yaxis.set_major_formatter(LogFormatter())
    counts.yaxis.set_minor_formatter(LogFormatter())
    return figure


def _grid(panels: tuple[Panel, ...], draw: Callable[[Axes, Panel], None]) -> Figure:
    rows = -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(INCHES * COLUMNS, INCHES * rows), layout="constrained")
    every = np.ravel(figure.subplots(rows, COLUMNS, squeeze=False))
    for axes, panel in zip(every, panels, strict=False):
        draw(axes, panel)
        axes.set_title(f"{axes.get_title()}: {panel.names[1]}")
    for axes in every[len(panels) :]:
        axes.set_axis_off()
    return figure


def _roc(axes: Axes, panel: Panel) -> None:
    """Draw the ROC curve with the operating point on it."""
    called = panel.called
    RocCurveDisplay.from_predictions(
        called.labels, called.probability, ax=axes, name=panel.part, plot_chance_level=True
    )
    every = np.arange(len(called.labels))
    point = (1 - called.share_right(every, 0), called.share_right(every, 1))
    axes.plot(*point, "ok", label=f"threshold {called.threshold:.2f}")
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title=f"ROC, {panel.part}")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")


def _precision_recall(axes: Axes, panel: Panel) -> None:
    """Draw precision over recall, as the steps that the average precision is the area of."""
    called = panel.called
    PrecisionRecallDisplay.from_predictions(
        called.labels, called.probability, ax=axes, name=panel.part, plot_chance_level=True
    )
    found = confusion(called)
    n_said = found["true_positive"] + found["false_positive"]
    if n_said:  # without a film that was said to have the label there is no precision
        point = (found["true_positive"] / called.labels.sum(), found["true_positive"] / n_said)
        axes.plot(*point, "ok", label=f"threshold {called.threshold:.2f}")
    axes.set(xlabel="recall (sensitivity)", ylabel="precision")
    axes.set(title=f"Precision and recall, {panel.part}")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")


def _confusion(axes: Axes, panel: Panel) -> None:
    """Draw how many films of each class were called what; the color is a row's share."""
    labels, said = panel.called.labels, panel.called.said.astype(np.int64)
    shares = confusion_matrix(labels, said, normalize="true")
    drawn = ConfusionMatrixDisplay(shares, display_labels=panel.names)
    drawn.plot(ax=axes, cmap="Blues", colorbar=False, im_kw={"vmin": 0, "vmax": 1})
    counts = confusion_matrix(labels, said)
    for cell, count, share in zip(drawn.text_.flat, counts.flat, shares.flat, strict=True):
        cell.set_text(f"{count:,}\n{share:.1%}")
    axes.set_yticks([0, 1], panel.names, rotation=90, va="center")
    axes.set(xlabel="called", ylabel="is", title=f"Confusion, {panel.part}")


def _reliability(axes: Axes, panel: Panel) -> None:
    """Draw the observed share over the predicted probability, both classes weighted equally."""
    called = panel.called
    weights = balanced_weights(called.labels)
    bins = np.minimum((called.probability * 10).astype(np.int64), 9)
    predicted, observed = [], []
    for current in range(10):
        inside = bins == current
        if inside.any():
            predicted.append(np.average(called.probability[inside], weights=weights[inside]))
            observed.append(np.average(called.labels[inside], weights=weights[inside]))
    axes.plot([0, 1], [0, 1], ":", color="grey", label="ideal")
    axes.plot(predicted, observed, "-o", label=f"{panel.part} films")
    axes.set(title=f"Reliability, {panel.part}", xlabel="predicted probability", xlim=(0, 1))
    axes.set(ylabel="observed share, classes weighted equally")
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
