"""Compare: two bundles on the very same films, in pairs, from the answers that `evaluate` kept.

No film is opened again, so comparing costs no look at the official test.
"""

import csv
import statistics
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.errors import TrainingError
from cxr_app.imaging.phantom import draw_phantom
from cxr_app.prediction import Prediction
from cxr_app.spec import Interval
from training.answers import Answers
from training.bootstrap import patient_interval
from training.figures import Called, change_of_auc
from training.report import read_metrics, write_again

__all__ = ["compare", "keep_answers"]

ROUNDS: Final = 30


def keep_answers(bundle: Bundle, part: str, answers: Answers) -> None:
    """Write every film's answer beside the report: its hash, its patient as a number, its class.

    The first line is the model's identity.
    """
    numbers = {patient: place for place, patient in enumerate(dict.fromkeys(answers.patients))}
    place = _place(bundle, part)
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{bundle.sha256}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["film_sha256", "patient", "label", "probability"])
        for film, probability in zip(answers.films, answers.probability, strict=True):
            row = [film.sha256, numbers[film.patient], film.label, f"{probability:.6f}"]
            writer.writerow(row)


def compare(bundle: Bundle, other: Bundle, *, part: str) -> dict[str, Any]:
    """Compare and add it to the first one's report.

    Parameters
    ----------
    bundle, other : Bundle
        Both measured by `evaluate` on the part.
    part : str

    Returns
    -------
    dict
        Differences, the first less the other, with intervals by patient; `times_faster` is how
        many times faster the first answers a film.

    Raises
    ------
    TrainingError
        `data_invalid` where answers are missing, or of other films.
    """
    mine, theirs = _read(bundle, part), _read(other, part)
    is_same = np.array_equal(mine[0], theirs[0])
    if not is_same or not np.array_equal(mine[1].labels, theirs[1].labels):
        raise TrainingError(
            Code.DATA_INVALID, place=part, reason="the two were measured on different films"
        )
    (_, my_called), (_, their_called) = mine, theirs
    found = {
        "other": other.spec.name,
        "version": other.spec.version,
        "bundle_sha256": other.sha256,
        "backbone": other.spec.network.backbone,
        "part": part,
        "films": len(my_called.labels),
        "auc": change_of_auc(their_called, my_called.probability),
        "accuracy": _accuracy_difference(my_called, their_called),
        "times_faster": _times_faster(bundle, other),
    }
    metrics = read_metrics(bundle)
    rest = [
        one
        for one in metrics.get("comparisons", [])
        if (one["other"], one["part"]) != (other.spec.name, part)
    ]
    metrics["comparisons"] = [*rest, found]
    write_again(bundle, metrics)
    return found


def _place(bundle: Bundle, part: str) -> Path:
    return bundle.folder / "report" / f"answers-{part}.csv"


def _read(bundle: Bundle, part: str) -> tuple[NDArray[np.str_], Called]:
    try:
        with _place(bundle, part).open(encoding="utf-8", newline="") as stream:
            if stream.readline().strip() != bundle.sha256:
                raise ValueError("of another model")
            rows = sorted(
                csv.DictReader(stream), key=lambda row: (row["film_sha256"], row["label"])
            )
        called = Called(
            labels=np.array([int(row["label"]) for row in rows], np.int64),
            probability=np.array([float(row["probability"]) for row in rows]),
            patients=tuple(row["patient"] for row in rows),
            threshold=bundle.spec.decision.threshold,
        )
        films = np.array([row["film_sha256"] for row in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"no answers on the {part} films are kept; run evaluate with --part {part}"
        raise TrainingError(Code.DATA_INVALID, place=bundle.spec.name, reason=reason) from error
    return films, called


def _accuracy_difference(mine: Called, theirs: Called) -> Interval:
    right = [
        (called.probability >= called.threshold) == (called.labels == 1)
        for called in (mine, theirs)
    ]
    gain = right[0].astype(float) - right[1]
    return patient_interval(lambda films: float(gain[films].mean()), mine.patients)


def _times_faster(bundle: Bundle, other: Bundle) -> float:
    """Time both in turn on one drawn film, so that a drift of the machine meets both."""
    film = draw_phantom(0, size=(512, 512))
    both = [Prediction(one) for one in (bundle, other)]
    seconds: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for prediction, taken in zip(both, seconds, strict=True):
            taken.append(prediction.classify_image(film).seconds)
    mine, theirs = (statistics.median(taken[3:]) for taken in seconds)
    return theirs / mine
