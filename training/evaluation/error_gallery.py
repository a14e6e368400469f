"""Mistakes: the worst errors of a model as pictures, each under its heat map.

They show real films, so they go where neither the repository nor the data lies.
"""

import csv
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.engine.base import Engine
from cxr_app.errors import TrainingError
from cxr_app.heatmap import PooledHead, activation_map
from cxr_app.imaging.decode import decode
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.names import printable
from cxr_app.spec import Task
from training.data.sources import LabelledFilm
from training.evaluation.answers import Answers
from training.explanation.evidence_picture import draw_film, lay_over
from training.output_paths import apart_from, outside_the_tree, reachable

__all__ = ["Mistake", "check_folder", "find_mistakes", "write_mistakes"]

MOST: Final = 40  # tiles on a page
COLUMNS: Final = 5
NAME_LETTERS: Final = 34  # of a file's name, in a line above its film
TABLE: Final = "errors.csv"
PAGES: Final = ("errors-1.png", "errors-2.png")
"""Of labels that were said wrongly, and of labels that were missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A label that was said of a film wrongly, or missed.

    Attributes
    ----------
    film : LabelledFilm
    label : str
        That is looked for.
    probability : float
        Of it, calibrated, 0..1.
    is_missed : bool
        The film has the label; otherwise it was said wrongly.
    """

    film: LabelledFilm
    label: str
    probability: float
    is_missed: bool


def check_folder(folder: Path, others: Iterable[Path]) -> None:
    """Refuse, before a film is read, to put real films where they do not belong.

    Parameters
    ----------
    folder : Path
        Need not be there yet.
    others : iterable of Path
        The data folders and the bundle.

    Raises
    ------
    TrainingError
        `usage` for a folder in the repository, among the films or in the model, or around them, or
        one that holds errors already.
    """
    outside_the_tree(folder, option="--errors")
    apart_from(folder, *others, what="the films and from the model", option="--errors")
    if folder.exists() and not folder.is_dir():
        raise TrainingError(Code.USAGE, reason=f"--errors {folder.name} is a file; name a folder")
    reachable(folder)
    there = [name for name in (TABLE, *PAGES) if (folder / name).exists()]
    if there:
        reason = f"{folder.name} holds {there[0]} already; name another folder for --errors"
        raise TrainingError(Code.USAGE, reason=reason)


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
        From `check_folder`; made where it is not there.
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
    matplotlib.use("agg")
    worst = mistakes[:MOST]
    rows = -(-len(worst) // COLUMNS)
    figure = Figure(figsize=(2.6 * COLUMNS, 3.1 * rows + 1), layout="constrained")
    every = np.ravel(figure.subplots(rows, COLUMNS, squeeze=False))
    for axes in every:
        axes.set_axis_off()
    for axes, mistake in zip(every, worst, strict=False):
        _tile(axes, mistake, bundle, engine)
    what = "films that have it" if worst[0].is_missed else "films that do not have it"
    error = "Missed" if worst[0].is_missed else "Said wrongly"
    heading = f"{error}: {len(worst)} of {len(mistakes)}, {what}; the worst first"
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
        return "This network's head has no closed form, so there is no heat map."
    return (
        "Orange: what spoke for the label, as coarse as the network's last map; the line runs at "
        "half of the film's own highest value. Without orange nothing spoke for it. It shows what "
        "moved the answer, not a disease."
    )


def _tile(axes: Axes, mistake: Mistake, bundle: Bundle, engine: Engine) -> None:
    film = decode(mistake.film.path.read_bytes(), Limits())
    draw_film(axes, film)
    if bundle.head is not None:
        features = engine.run(to_input(film)[np.newaxis]).features[0]
        spoke = evidence(features, bundle, mistake.label)
        if spoke.any():
            lay_over(axes, film, spoke, line_width=0.8)
    words = f"{mistake.label} {mistake.probability:.3f}\n{_shown(mistake.film.path.name)}"
    axes.set_title(words, fontsize="small", parse_math=False)


def _shown(name: str) -> str:
    """Leave out the middle of a long name, so that tiles do not push each other apart."""
    plain = printable(name)
    half = NAME_LETTERS // 2
    return plain if len(plain) <= NAME_LETTERS else f"{plain[:half]}...{plain[-half:]}"


def evidence(features: NDArray[np.float32], bundle: Bundle, label: str) -> NDArray[np.float32]:
    """Compute what spoke for a label, float32 [h, w], as `cxr_app.Result.heatmap` does.

    Findings do not exclude each other, so there the map is of the finding's own logit: as with a
    single sigmoid, which is served as the two logits 0 and z.

    Raises
    ------
    ValueError
        For a bundle whose head has no closed form.
    """
    if bundle.head is None:
        raise ValueError("this bundle's head has no closed form, so there is no heat map")
    place = bundle.spec.labels.index(label)
    if bundle.spec.task is Task.BINARY:
        return activation_map(features, bundle.head, place)
    return activation_map(features, _alone(bundle.head, place), 1)


def _alone(head: PooledHead, place: int) -> PooledHead:
    """Keep one logit of a head, beside a logit that is always 0."""
    last = head.layers[-1]
    kernel = np.stack([np.zeros_like(last.kernel[:, place]), last.kernel[:, place]], axis=1)
    bias = np.array([0, last.bias[place]], np.float32)
    return replace(head, layers=(*head.layers[:-1], replace(last, kernel=kernel, bias=bias)))
