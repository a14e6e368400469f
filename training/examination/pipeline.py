"""From pictures of all kinds to a model that knows chest films from others."""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import GATE_FILE, ORIENTATION_FILE, Bundle
from cxr_app.codes import Code
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.examination.gate import ADULT, CHILD
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from cxr_app.settings import Precision
from cxr_app.spec import GateSpec, Spec
from training.data.archive import split_of
from training.data.sources import SOURCES, LabelledFilm
from training.errors import TrainingCode, TrainingError
from training.examination.figures import figures, summary
from training.examination.fitting import (
    FILMS,
    fit,
    fold_of,
    gate_arrays,
    judge,
    lacking,
    orientation_arrays,
)
from training.examination.gathering import gather
from training.examination.pictures import (
    Example,
    drawn_examples,
    film_examples,
    other_examples,
)
from training.export.parts import add_parts
from training.recipes.recipe import read_recipe
from training.reporting.report import carry_over

__all__ = ["GateRequest", "make_gate"]

CHILD_UNTIL = 6.0  # years: five-year-olds are the model's own
JOINED = 60  # films from which pictures of several films are made


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRequest:
    """What a gate is fitted on.

    Attributes
    ----------
    bundle : Bundle
        With lungs.
    data, recipe : Path
        The model's own archive and recipe: the calibration films are fitted on, the validation
        films measure.
    adults : Path
        An archive laid out as NIH ChestX-ray14 is; films of patients below six are left out.
    others : tuple of Path
        Folders of pictures that are no frontal chest films.
    seed : int
    """

    bundle: Bundle
    data: Path
    recipe: Path
    adults: Path
    others: tuple[Path, ...]
    seed: int


def make_gate(request: GateRequest) -> dict[str, float]:
    """Fit gate and orientation, and write them, their limits and their figures into the bundle.

    Returns
    -------
    dict of str to float
        See `training.examination.figures.summary`.

    Raises
    ------
    TrainingError
        `usage` for a bundle without lungs; `data_invalid`, `output_failed`.
    """
    bundle = request.bundle
    if bundle.spec.lungs is None:
        reason = "the model finds no lungs yet: first run python -m training lungs"
        raise TrainingError(Code.USAGE, reason=reason)
    engine = OpenVinoEngine(bundle, precision=Precision.F32)  # whatever the settings say
    prediction = Prediction(bundle, engine, limits=Limits())
    rows = gather(prediction, _examples(request), lambda one: one.kind in FILMS, seed=request.seed)
    fold = fold_of(rows, request.seed)
    if few := lacking(rows, fold):
        reason = f"more pictures to fit on are needed of: {', '.join(few)}"
        raise TrainingError(TrainingCode.DATA_INVALID, place="for the gate", reason=reason)
    judged = judge(rows, fold)
    fitted = fit(rows, judged, fold)
    table = [asdict(one) for one in figures(rows, judged, fitted.limits)]
    found = summary(rows, judged, fitted.limits)

    def change(spec: Spec) -> Spec:
        gate = GateSpec(files=(GATE_FILE, ORIENTATION_FILE), limits=fitted.limits)
        return replace(spec, gate=gate)

    def report(made: Bundle) -> None:
        carry_over(bundle, made, gate={"summary": found, "figures": table})

    files = {
        GATE_FILE: _packed(gate_arrays(fitted.gate)),
        ORIENTATION_FILE: _packed(orientation_arrays(fitted.orientation)),
    }
    add_parts(bundle, files, change, report=report)
    return found


def _examples(request: GateRequest) -> Iterator[Example]:
    recipe, _ = read_recipe(request.recipe)
    split = split_of(request.data, recipe)
    own = recipe.data.name
    for films, is_held_out in ((split.calibration, False), (split.validation, True)):
        yield from film_examples(films, kind=CHILD, detail=own, is_held_out=is_held_out)
    adults = _grown(SOURCES["nih-findings"].read(request.adults, (), ()))
    for is_test in (False, True):
        films = tuple(film for film in adults if (film.subset == "test") == is_test)
        yield from film_examples(films, kind=ADULT, detail="adults", is_held_out=is_test)
    for folder in request.others:
        yield from other_examples(folder)
    some = film_examples(split.calibration[:JOINED], kind=CHILD, detail=own, is_held_out=False)
    yield from drawn_examples([one.grey for one in some], seed=request.seed)


def _grown(films: tuple[LabelledFilm, ...]) -> tuple[LabelledFilm, ...]:
    return tuple(film for film in films if film.age_years is None or film.age_years >= CHILD_UNTIL)


def _packed(arrays: dict[str, NDArray[Any]]) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return packed.getvalue()
