"""The report's charts: one idea each, drawn once for a light page and once for a dark one."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.audit.counts import Count
from training.audit.image_statistics import FilmFacts

__all__ = ["CHARTED", "Chart", "draw_distribution", "draw_frequencies"]

CHARTED: Final[Mapping[str, Callable[[FilmFacts], float]]] = MappingProxyType(
    {
        "Width, pixels": lambda facts: facts.width,
        "Height, pixels": lambda facts: facts.height,
        "Aspect, width over height": lambda facts: facts.aspect,
        "File size, kB": lambda facts: facts.n_bytes / 1000,
        "Mean brightness, grey level": lambda facts: facts.mean,
        "Contrast, standard deviation of grey": lambda facts: facts.contrast,
    }
)

BINS: Final = 30
MOST_CURVES: Final = 3  # more would hide each other: boxes then stand in rows
WIDTH: Final = 4.4  # inches; at 10 points still to be read on a phone's 340 pixels

# Told apart by dash, not by color alone; the colors keep 4.5 to 1 on the page's own background.
_DASHES: Final = ("-", "--", ":")
_LIGHT: Final = MappingProxyType(
    {"ink": "#1c2930", "faint": "#c9d5db", "colors": ("#1f6187", "#a8480f", "#4a5a20")}
)
_DARK: Final = MappingProxyType(
    {"ink": "#e6edf0", "faint": "#36454d", "colors": ("#7fbfe0", "#f0a36b", "#c3d38a")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart and what it says in words.

    Attributes
    ----------
    title : str
    words : str
        The same for who does not see it.
    light, dark : bytes
        PNG on nothing, in the colors of either page.
    """

    title: str
    words: str
    light: bytes
    dark: bytes


def draw_frequencies(folder: str, counts: Sequence[Count]) -> Chart:
    """Draw how many films of each label a folder holds.

    Parameters
    ----------
    folder : str
    counts : sequence of Count
        Of this folder, a row for each label.
    """
    said = [f"{one.films:,} ({one.share:.0%})" for one in counts]

    def paint(axes: Axes, theme: Mapping[str, Any]) -> None:
        rows = np.arange(len(counts))
        axes.barh(rows, [one.films for one in counts], height=0.62, color=theme["colors"][0])
        for row, one, text in zip(rows, counts, said, strict=True):
            axes.annotate(
                text, (one.films, row), (5, 0), textcoords="offset points", va="center", size=9
            )
        axes.set_yticks(rows, [_short(one.label) for one in counts])
        axes.set(xlim=(0, 1.38 * max(1, *(one.films for one in counts))), xticks=[])
        axes.invert_yaxis()
        axes.tick_params(left=False)
        axes.spines[["right", "top", "bottom"]].set_visible(False)

    words = "; ".join(f"{one.label} {text}" for one, text in zip(counts, said, strict=True))
    return _chart(f"Films in {folder}", words, paint, height=max(1.2, 0.3 * len(counts) + 0.35))


def draw_distribution(title: str, groups: Mapping[str, NDArray[np.float64]]) -> Chart:
    """Draw how a number is distributed in each class: as curves, or as boxes where many.

    Parameters
    ----------
    title : str
        Name of the number, and its unit.
    groups : mapping of str to ndarray, float64 [N]
        Name of a class to the number of each of its films; none is empty.
    """
    words = "; ".join(f"{name}: {_quartiles(values)}" for name, values in groups.items())
    if len(groups) <= MOST_CURVES:
        return _chart(title, words, lambda axes, theme: _curves(axes, theme, groups), height=2.7)
    height = max(2.7, 0.27 * len(groups) + 0.7)
    return _chart(title, words, lambda axes, theme: _boxes(axes, theme, groups), height=height)


def _curves(
    axes: Axes, theme: Mapping[str, Any], groups: Mapping[str, NDArray[np.float64]]
) -> None:
    edges = np.histogram_bin_edges(np.concatenate(list(groups.values())), BINS)
    for place, (name, values) in enumerate(groups.items()):
        share = np.histogram(values, edges)[0] / len(values)
        color, dash = theme["colors"][place], _DASHES[place]
        label = _short(name)
        axes.stairs(share, edges, color=color, linestyle=dash, linewidth=1.8, label=label)
        axes.stairs(share, edges, color=color, alpha=0.12, fill=True)
    axes.set(ylabel="share of the class", ylim=(0, None))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.locator_params(axis="y", nbins=5)
    axes.grid(axis="y", color=theme["faint"], linewidth=0.6)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0.2)


def _boxes(axes: Axes, theme: Mapping[str, Any], groups: Mapping[str, NDArray[np.float64]]) -> None:
    line = {"color": theme["ink"], "linewidth": 1}
    axes.boxplot(
        list(groups.values()),
        orientation="horizontal",
        tick_labels=[_short(name) for name in groups],
        whis=(5, 95),
        showfliers=False,
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": theme["faint"], "edgecolor": theme["ink"], "linewidth": 0.8},
        whiskerprops=line,
        capprops=line,
        medianprops={"color": theme["colors"][1], "linewidth": 2.2},
    )
    axes.invert_yaxis()
    axes.grid(axis="x", color=theme["faint"], linewidth=0.6)
    axes.set_axisbelow(True)


def _chart(
    title: str, words: str, paint: Callable[[Axes, Mapping[str, Any]], None], *, height: float
) -> Chart:
    return Chart(
        title=title,
        words=words,
        light=_png(paint, _LIGHT, height),
        dark=_png(paint, _DARK, height),
    )


def _png(
    paint: Callable[[Axes, Mapping[str, Any]], None], theme: Mapping[str, Any], height: float
) -> bytes:
    ink = dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"),
        theme["ink"],
    )
    # A label may hold a dollar sign, which would else begin a formula.
    with rc_context({**ink, "font.size": 10, "text.parse_math": False}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["right", "top"]].set_visible(False)
        paint(axes, theme)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=160, transparent=True)
    return file.getvalue()


def _quartiles(values: NDArray[np.float64]) -> str:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"median {middle:.4g}, half of the films within {low:.4g} to {high:.4g}"


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"
