"""Error gallery: the worst errors of a model as pictures, each film under its heat map."""

import csv
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxr_app.bundle import Bundle
from cxr_app.engine.base import Engine
from cxr_app.imaging.decode import decode
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.names import printable
from training.data.sources import LabelledFilm
from training.evaluation.answers import Answers
from training.explanation.class_activation import class_activation
from training.explanation.evidence_picture import draw_film, lay_over

__all__ = ["Mistake", "find_mistakes", "write_mistakes"]

MOST: Final = 40  # tiles on a page
COLUMNS: Final = 5
NAME_LETTERS: Final = 34  # of a file's name, in a line above its film
TABLE: Final = "errors.csv"
PAGES: Final = ("errors-1.png", "errors-2.png")
"""Of false positives, and of false negatives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A false positive or a false negative.

    Attributes
    ----------
    film : LabelledFilm
    label : str
        That is looked for.
    probability : float
        Of it, calibrated, 0..1.
    is_missed : bool
        The film has the label; otherwise the label was given wrongly.
    """

    film: LabelledFilm
    label: str
    probability: float
    is_missed: bool


def find_mistakes(
    answers: Answers, labels: tuple[str, ...], threshold: float
) -> tuple[Mistake, ...]:
    """Find all mistakes, the worst first: those farthest on the wrong side of the threshold.

    Parameters
    ----------
    answers : Answers
    labels : tuple of str
        Of its columns.
    threshold : float
    """
    is_wrong = (answers.probability >= threshold) != (answers.truth == 1)
    found = [
        Mistake(
            film=answers.films[row],
            label=labels[column],
            probability=float(answers.probability[row, column]),
            is_missed=bool(answers.truth[row, column]),
        )
        for row, column in np.argwhere(is_wrong)
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.probability - threshold)))


def write_mistakes(
    mistakes: tuple[Mistake, ...], bundle: Bundle, engine: Engine, folder: Path
) -> None:
    """Write all of them as a table, and the worst as two pages of pictures.

    Parameters
    ----------
    mistakes : tuple of Mistake
        The worst first.
    bundle : Bundle
    engine : Engine
        Its own.
    folder : Path
        Made where it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TABLE).open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["name", "label", "probability", "error"])
        for one in mistakes:
            error = "missed" if one.is_missed else "said wrongly"
            writer.writerow([one.film.name, one.label, f"{one.probability:.6f}", error])
    for page, is_missed in zip(PAGES, (False, True), strict=True):
        mine = [one for one in mistakes if one.is_missed is is_missed]
        if mine:
            with (folder / page).open("xb") as file:
                _page(mine, bundle, engine).savefig(file, format="png", dpi=100)


def _page(mistakes: list[Mistake], bundle: Bundle, engine: Engine) -> Figure:
    worst = mistakes[:MOST]
    rows = -(-len(worst) // COLUMNS)
    figure = Figure(figsize=(2.6 * COLUMNS, 3.1 * rows + 1), layout="constrained")
    every = np.ravel(figure.subplots(rows, COLUMNS, squeeze=False))
    for axes in every:
        axes.set_axis_off()
    for axes, mistake in zip(every, worst, strict=False):
        _tile(axes, mistake, bundle, engine)
    error = "False negatives" if worst[0].is_missed else "False positives"
    heading = f"{error}: {len(worst)} of {len(mistakes)}, the worst first"
    figure.suptitle(heading, parse_math=False)
    lines = [
        "Above each film: the label, its probability, the file. " + _map_words(bundle),
        bundle.spec.notice,
    ]
    words = "\n".join(textwrap.fill(line, 150) for line in lines)
    figure.supxlabel(words, fontsize="small", parse_math=False)
    return figure


def _map_words(bundle: Bundle) -> str:
    if bundle.head is None:
        return "There is no heat map: this network's head has no closed form."
    return (
        "Orange: evidence for the label, at the resolution of the network's last feature map; the "
        "contour is at half of the film's own maximum. No orange means no evidence. It shows what "
        "moved the answer, not where disease is."
    )


def _tile(axes: Axes, mistake: Mistake, bundle: Bundle, engine: Engine) -> None:
    film = decode(mistake.film.path.read_bytes(), Limits())
    draw_film(axes, film)
    if bundle.head is not None:
        features = engine.run(to_input(film)[np.newaxis]).features[0]
        spoke = class_activation(features, bundle, mistake.label)
        if spoke.any():
            lay_over(axes, film, spoke, line_width=0.8)
    words = f"{mistake.label} {mistake.probability:.3f}\n{_shown(mistake.film.path.name)}"
    axes.set_title(words, fontsize="small", parse_math=False)


def _shown(name: str) -> str:
    """Leave out the middle of a long name, so that tiles do not push each other apart."""
    plain = printable(name)
    half = NAME_LETTERS // 2
    return plain if len(plain) <= NAME_LETTERS else f"{plain[:half]}...{plain[-half:]}"
