"""Asking the engine about every form of every picture."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_app.examination.evidence import Evidence
from cxr_app.imaging.film import Facts, Film, Format
from cxr_app.imaging.to_input import to_input
from cxr_app.prediction import Prediction
from training.examination.forms import gate_forms, turned_forms
from training.examination.pictures import Example

__all__ = ["Gathered", "gather", "see"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Evidence of N forms of pictures; every array has N rows.

    Attributes
    ----------
    gate : ndarray, float32 [N, d]
        What the gate reads.
    orientation : ndarray, float16 [N, D]
        What orientation is read from.
    kind, detail, source, name, form, turn : ndarray of str [N]
    is_negative, is_held_out : ndarray, bool [N]
    """

    gate: NDArray[np.float32]
    orientation: NDArray[np.float16]
    kind: NDArray[np.str_]
    detail: NDArray[np.str_]
    source: NDArray[np.str_]
    name: NDArray[np.str_]
    form: NDArray[np.str_]
    turn: NDArray[np.str_]
    is_negative: NDArray[np.bool_]
    is_held_out: NDArray[np.bool_]


def see(prediction: Prediction, grey: NDArray[np.uint8]) -> Evidence:
    """Show one picture uint8 [h, w] to a model's networks, as the app does."""
    height, width = grey.shape
    facts = Facts(format=Format.MEMORY, width=width, height=height)
    inputs = to_input(Film(pixels=np.ascontiguousarray(grey), depth=8, facts=facts))
    evidence = prediction.see(inputs[:, :, 0]).evidence
    if evidence is None:
        raise ValueError("the model does not find lungs")
    return evidence


def gather(
    prediction: Prediction,
    examples: Iterable[Example],
    is_film: Callable[[Example], bool],
    *,
    seed: int,
) -> Gathered:
    """Show all forms of all examples to a model, some forty a second on two cores.

    Parameters
    ----------
    prediction : Prediction
        Of a model that finds the lungs.
    examples : iterable of Example
    is_film : callable (Example) -> bool
        Whether a picture is shown turned and as a negative, too.
    seed : int
    """
    rng = np.random.default_rng(seed)
    columns: dict[str, list[object]] = {name: [] for name in Gathered.__dataclass_fields__}
    for example in tqdm(examples, unit="picture", mininterval=5):
        turned = turned_forms(example.grey, rng) if is_film(example) else ()
        for form in (*gate_forms(example.grey, rng), *turned):
            evidence = see(prediction, form.grey)
            row = {
                "gate": evidence.of_gate(),
                "orientation": evidence.of_orientation().astype(np.float16),
                "form": form.name,
                "turn": form.turn,
                "is_negative": form.is_negative,
                **{
                    name: getattr(example, name)
                    for name in ("kind", "detail", "source", "name", "is_held_out")
                },
            }
            for name, value in row.items():
                columns[name].append(value)
    return Gathered(**{name: np.array(values) for name, values in columns.items()})
