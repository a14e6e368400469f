"""Comparison of a model with others on the very same films, from the stored answers of each.

No film is opened again, so comparing costs no look at the official test.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.engine.choose import open_engine
from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.film import Film
from cxr_app.imaging.to_input import to_input
from cxr_app.settings import read_settings
from training.errors import TrainingCode, TrainingError
from training.evaluation.answer_file import Owner, StoredAnswers, owner_of, read_answers
from training.evaluation.class_report import changes_of_shares, classes_of, shares_of
from training.evaluation.other_system import OtherSystem, answers_of
from training.export.metrics_file import read_metrics
from training.metrics.figures import Called, changes
from training.reporting.report import update_report

__all__ = ["compare", "open_other", "printed"]

ROUNDS: Final = 30


def open_other(place: Path, *, threshold: float) -> Bundle | OtherSystem:
    """Open what a model is compared with.

    Parameters
    ----------
    place : Path
        Folder of a bundle, or a `.csv` file of any system's answers.
    threshold : float
        Of the file; a bundle has its own.
    """
    if place.suffix.lower() == ".csv":
        return OtherSystem(path=place, threshold=threshold)
    return open_bundle(place)


def compare(bundle: Bundle, other: Bundle | OtherSystem, *, part: str) -> dict[str, Any]:
    """Compare and add it to the first one's report.

    Parameters
    ----------
    bundle : Bundle
        Measured on the part by `evaluate`, as `other` is where it is a bundle.
    other : Bundle or OtherSystem
    part : str

    Returns
    -------
    dict
        Differences, the first less the other, with intervals by patient: `auc`, `accuracy`,
        `precision`, `recall` and `f1`. Of findings they are means over those that both look for
        and that the films tell apart, and `labels` has each one's own; of two classes the last
        three are means over both. `theirs` holds these three of the other model itself.
        `times_faster` says how many times faster the first answers a film than another bundle.

    Raises
    ------
    TrainingError
        `data_invalid` where answers are missing, or of other films.
    """
    mine, theirs, labels = _pairs(bundle, other, part)
    gains = changes(theirs, mine)
    our_classes, their_classes = (classes_of(calls, bundle.spec.task) for calls in (mine, theirs))
    of_shares = changes_of_shares(their_classes, our_classes)
    found: dict[str, Any] = {
        **_facts(other),
        "part": part,
        "films": len(mine[0].labels),
        "auc": gains["auc"][0],
        "accuracy": gains["accuracy"][0],
        **of_shares[0],
        "theirs": shares_of(their_classes)[0],
    }
    if len(owner_of(bundle).labels) > 1:
        own = zip(labels, gains["auc"][1:], gains["accuracy"][1:], of_shares[1:], strict=True)
        found["labels"] = [
            {"label": label, "auc": auc, "accuracy": accuracy, **shares}
            for label, auc, accuracy, shares in own
        ]
    if isinstance(other, Bundle):
        found["times_faster"] = _times_faster(bundle, other)
    _add(bundle, found)
    return found


def _add(bundle: Bundle, found: dict[str, Any]) -> None:
    """Write it in the place of an older comparison with the same model on the same part."""
    metrics = read_metrics(bundle)
    key = (found["other"], found["part"])
    rest = [one for one in metrics.get("comparisons", []) if (one["other"], one["part"]) != key]
    metrics["comparisons"] = [*rest, found]
    update_report(bundle, metrics)


def printed(found: list[dict[str, Any]]) -> list[str]:
    """Write comparisons as lines of one table: each other model, and each finding below it.

    Precision and recall would make the lines too long; the report has them.
    """
    head = ("this one less", "AUC (95 %)", "accuracy (95 %)", "F1 (95 %)", "times faster")
    rows = [head]
    for one in found:
        faster = f"{one['times_faster']:.1f}" if "times_faster" in one else ""
        name = " ".join(filter(None, (one["other"], one.get("version"))))
        rows.append((name, *_gains(one), faster))
        rows += [(f"  {label['label']}", *_gains(label), "") for label in one.get("labels", [])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _gains(one: dict[str, Any]) -> tuple[str, str, str]:
    auc, accuracy, f1 = (
        f"{one[name].value:+.4f} ({one[name].low:+.4f} to {one[name].high:+.4f})"
        for name in ("auc", "accuracy", "f1")
    )
    return auc, accuracy, f1


def _facts(other: Bundle | OtherSystem) -> dict[str, Any]:
    if isinstance(other, OtherSystem):
        return {"other": other.name, "answers_sha256": other.sha256, "threshold": other.threshold}
    return {
        "other": other.spec.name,
        "version": other.spec.version,
        "bundle_sha256": other.sha256,
        "backbone": other.spec.network.backbone,
    }


def _pairs(
    bundle: Bundle, other: Bundle | OtherSystem, part: str
) -> tuple[tuple[Called, ...], tuple[Called, ...], tuple[str, ...]]:
    """Find the labels that both look for and that the films tell apart, and the answers to them."""
    owner = owner_of(bundle)
    mine = read_answers(owner, part)
    if isinstance(other, OtherSystem):
        theirs = answers_of(other, owner, mine)
    else:
        theirs = read_answers(owner_of(other), part)
    return _told_apart(owner, mine, theirs, part)


def _told_apart(
    owner: Owner, mine: StoredAnswers, theirs: StoredAnswers, part: str
) -> tuple[tuple[Called, ...], tuple[Called, ...], tuple[str, ...]]:
    pairs = [
        (label, mine.calls[label.lower()], theirs.calls[label.lower()])
        for label in owner.labels
        if label.lower() in theirs.calls
    ]
    told = [pair for pair in pairs if pair[1].has_both]
    is_same = np.array_equal(mine.films, theirs.films)
    reason = ""
    if not pairs:
        reason = "the two look for no label of the same name"
    elif not is_same or any(not np.array_equal(one.labels, two.labels) for _, one, two in pairs):
        reason = "the two were measured on different films"
    elif not told:
        reason = "no label of these films has both kinds, so no model can be told from another"
    if reason:
        raise TrainingError(TrainingCode.DATA_INVALID, place=part, reason=reason)
    labels, my_calls, their_calls = zip(*told, strict=True)
    return my_calls, their_calls, labels


def _times_faster(bundle: Bundle, other: Bundle) -> float:
    """Time both in turn on one drawn film, so that a drift of the machine meets both."""
    film = draw_film(0, size=(512, 512))
    both = [_answering(one) for one in (bundle, other)]
    seconds: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for answer, taken in zip(both, seconds, strict=True):
            started = time.perf_counter()
            answer(film)
            taken.append(time.perf_counter() - started)
    mine, theirs = (statistics.median(taken[3:]) for taken in seconds)
    return theirs / mine


def _answering(bundle: Bundle) -> Callable[[Film], object]:
    engine = open_engine(bundle, read_settings())
    return lambda film: engine.run(to_input(film)[np.newaxis])
