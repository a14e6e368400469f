"""From films with masks to a model that finds the lungs."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.bundle import GATE_FILE, ORIENTATION_FILE, Bundle
from cxr_app.engine.lungs import LUNGS_MODEL, LUNGS_WEIGHTS, LungFinder
from cxr_app.examination.lungs import LUNGS_SIDE
from cxr_app.imaging.to_input import INPUT_SIDE
from cxr_app.spec import LungsSpec, Spec
from training.errors import TrainingCode, TrainingError
from training.export.parts import add_parts
from training.lungs.films import MaskedFilms, read_masked_films
from training.lungs.fit import BATCH, CHANGES, dice, fit_lungs
from training.lungs.graph import lungs_files
from training.reporting.report import carry_over

__all__ = ["LungFigures", "make_lungs"]

CHILDREN = "children"
ADULTS = "adults"
_GATE_FILES = (GATE_FILE, ORIENTATION_FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LungFigures:
    """Dice's coefficient on the films left out of one age group, changed in one way."""

    change: str
    group: str
    films: int
    median: float
    lowest: float


def make_lungs(
    bundle: Bundle, data: Path, *, epochs: int, seed: int, work: Path
) -> tuple[LungFigures, ...]:
    """Train, measure and export the segmentation network, and put it into a bundle.

    Whatever gate the bundle had rested on other lungs and is taken out.

    Raises
    ------
    TrainingError
        `data_invalid`, `output_failed`.
    """
    to_fit, left_out = read_masked_films(data, seed=seed)
    if len(to_fit.films) < BATCH:
        reason = f"{len(to_fit.films)} films are left to fit on, and {BATCH} are needed"
        raise TrainingError(TrainingCode.DATA_INVALID, place=str(data), reason=reason)
    network = fit_lungs(to_fit, epochs=epochs, seed=seed, folder=work)
    files = lungs_files(network, _as_input(left_out.films[0]))
    figures = tuple(_measure(LungFinder(files[LUNGS_MODEL], files[LUNGS_WEIGHTS]), left_out))
    plain = {one.group: one.median for one in figures if one.change == next(iter(CHANGES))}

    def change(spec: Spec) -> Spec:
        lungs = LungsSpec(side=LUNGS_SIDE, films=len(to_fit.films), dice=plain)
        return replace(spec, format=2, lungs=lungs, gate=None)

    def report(made: Bundle) -> None:
        carry_over(bundle, made, lungs=[asdict(one) for one in figures], gate=None)

    add_parts(bundle, files, change, without=_GATE_FILES, report=report)
    return figures


def _measure(lungs: LungFinder, films: MaskedFilms) -> Iterator[LungFigures]:
    def find(film: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return lungs.find(_as_input(film)) > 0.5

    for change in CHANGES:
        for group, is_child in ((CHILDREN, True), (ADULTS, False)):
            chosen = films.take(films.is_child == is_child)
            if len(chosen.films):
                found = dice(find, chosen, change)
                yield LungFigures(
                    change=change,
                    group=group,
                    films=len(found),
                    median=round(float(np.median(found)), 4),
                    lowest=round(float(found.min()), 4),
                )


def _as_input(film: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge a film so that the served network's block means give it back."""
    large = Image.fromarray(film).resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.NEAREST)
    return np.asarray(large)
