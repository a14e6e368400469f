"""Compare: models on the very same films, in pairs, from the answers that were kept of each.

No film is opened again, so comparing costs no look at the official test.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.codes import Code
from cxr_app.engine.choose import open_engine
from cxr_app.errors import TrainingError
from cxr_app.imaging.film import Film
from cxr_app.imaging.phantom import draw_phantom
from cxr_app.imaging.to_input import to_input
from cxr_app.settings import read_settings
from training.evaluation.answer_file import Owner, owner_of, read_answers
from training.evaluation.class_report import changes_of_shares, classes_of, shares_of
from training.evaluation.rivals import Rival, read_rival
from training.export.metrics_file import read_metrics
from training.metrics.figures import Called, changes
from training.reporting.report import write_again

__all__ = ["compare", "open_other", "printed"]

ROUNDS: Final = 30


def open_other(folder: Path) -> Bundle | Rival:
    """Open what a model is compared with: another bundle, or a rival's folder.

    Raises
    ------
    BundleError
        Where it is neither.
    TrainingError
        `data_invalid` for a rival's folder that is damaged.
    """
    return read_rival(folder) or open_bundle(folder)


def compare(bundle: Bundle, other: Bundle | Rival, *, part: str) -> dict[str, Any]:
    """Compare and add it to the first one's report.

    Parameters
    ----------
    bundle, other : Bundle
        Both measured on the part, by `evaluate`; a rival by `rival`.
    part : str

    Returns
    -------
    dict
        Differences, the first less the other, with intervals by patient: `auc`, `accuracy`,
        `precision`, `recall` and `f1`. Of findings they are means over those that both look for
        and that the films tell apart, and `labels` has each one's own; of two classes the last
        three are means over both. `theirs` holds these three of the other model itself.
        `times_faster` is how many times faster the first answers a film; a rival has none, since
        it runs elsewhere.

    Raises
    ------
    TrainingError
        `data_invalid` where answers are missing, or of other films.
    """
    found = _facts(other)
    mine, theirs, labels = _pairs(owner_of(bundle), _owner(other), part)
    gains = changes(theirs, mine)
    our_classes, their_classes = (classes_of(calls, bundle.spec.task) for calls in (mine, theirs))
    of_shares = changes_of_shares(their_classes, our_classes)
    found |= {
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
    _add(bundle, "comparisons" if isinstance(other, Bundle) else "rivals", found)
    return found


def _add(bundle: Bundle, kind: str, found: dict[str, Any]) -> None:
    """Write it in the place of an older comparison with the same model on the same part."""
    metrics = read_metrics(bundle)
    key = (found["other"], found["part"])
    rest = [one for one in metrics.get(kind, []) if (one["other"], one["part"]) != key]
    metrics[kind] = [*rest, found]
    write_again(bundle, metrics)


def printed(found: list[dict[str, Any]]) -> list[str]:
    """Write comparisons as lines of one table: each other model, and each finding below it.

    Precision and recall would make the lines too long; the report has them.
    """
    head = ("this one less", "AUC (95 %)", "accuracy (95 %)", "F1 (95 %)", "times faster")
    rows = [head]
    for one in found:
        faster = f"{one['times_faster']:.1f}" if "times_faster" in one else ""
        rows.append((f"{one['other']} {one['version']}", *_gains(one), faster))
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


def _facts(other: Bundle | Rival) -> dict[str, Any]:
    if isinstance(other, Rival):
        return {"other": other.name, "version": other.version, "weights_sha256": other.sha256}
    return {
        "other": other.spec.name,
        "version": other.spec.version,
        "bundle_sha256": other.sha256,
        "backbone": other.spec.network.backbone,
    }


def _owner(other: Bundle | Rival) -> Owner:
    return other.owner if isinstance(other, Rival) else owner_of(other)


def _pairs(
    mine: Owner, theirs: Owner, part: str
) -> tuple[tuple[Called, ...], tuple[Called, ...], tuple[str, ...]]:
    """Find the labels that both look for and that the films tell apart, and the answers to them."""
    my_answers, their_answers = read_answers(mine, part), read_answers(theirs, part)
    shared = [label for label in mine.labels if label.lower() in their_answers.calls]
    if not shared:
        raise TrainingError(
            Code.DATA_INVALID, place=part, reason="the two look for no label of the same name"
        )
    pairs = [
        (label, my_answers.calls[label.lower()], their_answers.calls[label.lower()])
        for label in shared
    ]
    is_same = np.array_equal(my_answers.films, their_answers.films)
    if not is_same or any(not np.array_equal(one.labels, two.labels) for _, one, two in pairs):
        raise TrainingError(
            Code.DATA_INVALID, place=part, reason="the two were measured on different films"
        )
    told = [pair for pair in pairs if pair[1].has_both]
    if not told:
        reason = "no label of these films has both kinds, so no model can be told from another"
        raise TrainingError(Code.DATA_INVALID, place=part, reason=reason)
    labels, my_calls, their_calls = zip(*told, strict=True)
    return my_calls, their_calls, labels


def _times_faster(bundle: Bundle, other: Bundle) -> float:
    """Time both in turn on one drawn film, so that a drift of the machine meets both."""
    film = draw_phantom(0, size=(512, 512))
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
