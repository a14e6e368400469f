"""The picture of a film and of the evidence for a label in it."""

import io
import textwrap
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxr_app.imaging.film import Film

__all__ = ["RAMP", "draw_film", "draw_map", "lay_over"]

HALF: Final = 0.5  # of the highest cell: where the line runs
MOST_OPAQUE: Final = 0.75  # the film stays visible under the highest cell
COLUMNS: Final = 110  # letters in a line below the picture

RAMP: Final = LinearSegmentedColormap.from_list("evidence", ["#3b1500", "#e8760a", "#ffe3c2"])
"""One hue that rises in lightness, so that it is read without color vision too."""


def draw_map(film: Film, evidence: NDArray[np.float32], label: str, *, notice: str) -> bytes:
    """Draw a film alone and under its map, with a color scale, the label and the notice.

    Parameters
    ----------
    film : Film
    evidence : ndarray, float32 [h, w]
        From `training.explanation.gradient_map`.
    label : str
        That it speaks for.
    notice : str
        What must stand beside it.

    Returns
    -------
    bytes
        A PNG. Its text `Description` says the same in words; neither names the file or a person.
    """
    figure = Figure(figsize=(10, 5.6), layout="constrained")
    alone, under = figure.subplots(1, 2)
    for axes, title in ((alone, "Film"), (under, f"Evidence for {label}")):
        draw_film(axes, film)
        axes.set_axis_off()
        # Labels and notices are a bundle's: a dollar sign in one is no formula.
        axes.set_title(textwrap.fill(title, COLUMNS // 2), parse_math=False)
    if evidence.any():
        scale = lay_over(under, film, evidence)
        figure.colorbar(scale, ax=under, label="logits per cell", shrink=0.8)
    words = _words(evidence, label)
    lines = [textwrap.fill(text, COLUMNS) for text in (words, notice)]
    figure.supxlabel("\n".join(lines), fontsize="small", parse_math=False)
    drawn = io.BytesIO()
    text = {"Title": f"Evidence for {label}", "Description": f"{words} {notice}"}
    figure.savefig(drawn, format="png", dpi=120, metadata=text)
    return drawn.getvalue()


def draw_film(axes: Axes, film: Film) -> None:
    """Draw a film in gray, in its own pixels."""
    axes.imshow(film.pixels, cmap="gray", vmin=0, vmax=255, extent=_extent(film))


def lay_over(
    axes: Axes, film: Film, evidence: NDArray[np.float32], *, line_width: float = 1.5
) -> ScalarMappable:
    """Lay a map over a film that was drawn, with a line at half of its highest value.

    Parameters
    ----------
    axes : Axes
    film : Film
    evidence : ndarray, float32 [h, w]
        0 or more, and more somewhere.
    line_width : float
        In points.

    Returns
    -------
    ScalarMappable
        For a color scale.
    """
    height, width = film.pixels.shape
    highest = float(evidence.max())
    scale = ScalarMappable(Normalize(0, highest), RAMP)
    color = scale.to_rgba(evidence)
    color[..., 3] = MOST_OPAQUE * evidence / highest
    axes.imshow(color, interpolation="bilinear", extent=_extent(film))
    line = HALF * highest
    if min(evidence.shape) > 1 and evidence.min() < line:  # it needs cells on either side
        down, across = ((np.arange(n) + 0.5) / n for n in evidence.shape)
        axes.contour(
            across * width,
            down * height,
            evidence,
            [line],
            colors="white",
            linewidths=line_width,
        )
    return scale


def _extent(film: Film) -> tuple[float, float, float, float]:
    """Edges of the picture in pixels of the film: left, right, bottom, top."""
    height, width = film.pixels.shape
    return 0, width, height, 0


def _words(evidence: NDArray[np.float32], label: str) -> str:
    """Say what the picture shows, and how finely."""
    height, width = evidence.shape
    cells = f"The map has a resolution of {width} x {height} cells."
    if not evidence.any():
        return f"There is no evidence for {label} in this film. {cells}"
    return (
        f"The contour is at half of the maximum. {cells} "
        "It shows what moved the answer, not where disease is."
    )
