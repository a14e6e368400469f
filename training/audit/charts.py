"""The report's charts, one idea each, as SVG that follows the page's light or dark colors."""

import io
import re
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
        "Aspect ratio, width over height": lambda facts: facts.aspect,
        "File size, kB": lambda facts: facts.n_bytes / 1000,
        "Mean brightness, gray level": lambda facts: facts.mean,
        "Contrast, standard deviation of gray levels": lambda facts: facts.contrast,
    }
)

BINS: Final = 30
MOST_CURVES: Final = 3  # more would hide each other: box plots are drawn then
WIDTH: Final = 4.4  # inches; at 10 points still legible on a phone's 340 pixels

# A dark page has the second of each pair; both keep 4.5 to 1 on the page's own background. The
# first is what Matplotlib draws with, and no other color may be equal to it.
INK: Final = ("#1c2930", "#e6edf0")
FAINT: Final = ("#c9d5db", "#36454d")
COLORS: Final = (("#1f6187", "#7fbfe0"), ("#a8480f", "#f0a36b"), ("#4a5a20", "#c3d38a"))
_DASHES: Final = ("-", "--", ":")  # so that curves are told apart without color

_STYLE: Final[Mapping[Any, Any]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"),
            INK[0],
        ),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.size": 10,
        "grid.color": FAINT[0],
        "grid.linewidth": 0.6,
        "svg.hashsalt": "explore",  # the same films make the same file
        "text.parse_math": False,  # a label may hold a dollar sign
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart and what it says in words.

    Attributes
    ----------
    title : str
    words : str
        The same for readers who do not see it.
    picture : bytes
        SVG on a transparent ground.
    """

    title: str
    words: str
    picture: bytes


def draw_frequencies(folder: str, counts: Sequence[Count]) -> Chart:
    """Draw how many films of each label a folder holds.

    Parameters
    ----------
    folder : str
    counts : sequence of Count
        Of this folder, a row for each label.
    """
    said = [f"{one.films:,} ({one.share:.0%})" for one in counts]

    def paint(axes: Axes) -> None:
        films = [one.films for one in counts]
        bars = axes.barh([_short(one.label) for one in counts], films, 0.62, color=COLORS[0][0])
        axes.bar_label(bars, said, padding=5, size=9)
        axes.set(xlim=(0, 1.38 * max(1, *films)), xticks=[])
        axes.invert_yaxis()
        axes.tick_params(left=False)
        axes.spines.bottom.set_visible(False)

    words = "; ".join(f"{one.label} {text}" for one, text in zip(counts, said, strict=True))
    return _chart(f"Films in {folder}", words, paint, height=max(1.2, 0.3 * len(counts) + 0.35))


def draw_distribution(title: str, groups: Mapping[str, NDArray[np.float64]]) -> Chart:
    """Draw how a number is distributed in each class: as curves, or as box plots where many.

    Parameters
    ----------
    title : str
        Name of the number, and its unit.
    groups : mapping of str to ndarray, float64 [N]
        Name of a class to the number of each of its films; none is empty.
    """
    words = "; ".join(f"{name}: {_quartiles(values)}" for name, values in groups.items())
    if len(groups) <= MOST_CURVES:
        return _chart(title, words, lambda axes: _curves(axes, groups), height=2.7)
    height = max(2.7, 0.27 * len(groups) + 0.7)
    return _chart(title, words, lambda axes: _boxes(axes, groups), height=height)


def _curves(axes: Axes, groups: Mapping[str, NDArray[np.float64]]) -> None:
    edges = np.histogram_bin_edges(np.concatenate(list(groups.values())), BINS)
    for (name, values), (color, _), dash in zip(groups.items(), COLORS, _DASHES, strict=False):
        share = np.histogram(values, edges)[0] / len(values)
        label = _short(name)
        axes.stairs(share, edges, color=color, linestyle=dash, linewidth=1.8, label=label)
        axes.stairs(share, edges, color=color, alpha=0.12, fill=True)
    axes.set(ylabel="share of the class", ylim=(0, None))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.locator_params(axis="y", nbins=5)
    axes.grid(axis="y")
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0.2)


def _boxes(axes: Axes, groups: Mapping[str, NDArray[np.float64]]) -> None:
    line = {"color": INK[0], "linewidth": 1}
    axes.boxplot(
        list(groups.values()),
        orientation="horizontal",
        tick_labels=[_short(name) for name in groups],
        whis=(5, 95),
        showfliers=False,
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": FAINT[0], "edgecolor": INK[0], "linewidth": 0.8},
        whiskerprops=line,
        capprops=line,
        medianprops={"color": COLORS[1][0], "linewidth": 2.2},
    )
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def _chart(title: str, words: str, paint: Callable[[Axes], None], *, height: float) -> Chart:
    with rc_context({**_STYLE}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        paint(figure.subplots())
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return Chart(title=title, words=words, picture=_following_the_page(file.getvalue()).encode())


def _following_the_page(svg: str) -> str:
    """Let a drawing take the colors of a dark page where the reader's system asks for one."""
    names = {
        light: (f"--c{n}", light, dark) for n, (light, dark) in enumerate((INK, FAINT, *COLORS))
    }
    lights, darks = (
        "".join(f"{pair[0]}:{pair[side]};" for pair in names.values()) for side in (1, 2)
    )
    colored = re.sub(
        "|".join(names), lambda found: f"var({names[found.group()][0]})", svg, flags=re.IGNORECASE
    )
    style = f":root{{{lights}}}@media(prefers-color-scheme:dark){{:root{{{darks}}}}}"
    return colored.replace("<defs>", f"<style>{style}</style><defs>", 1)


def _quartiles(values: NDArray[np.float64]) -> str:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"median {middle:.4g}, half of the films within {low:.4g} to {high:.4g}"


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"
