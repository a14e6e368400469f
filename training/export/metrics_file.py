"""`report/metrics.json`: what was found about a bundle, read by whatever builds on it."""

import json
from typing import Any

from cxr_app.bundle import Bundle
from training.errors import TrainingCode, TrainingError

__all__ = ["read_metrics"]


def read_metrics(bundle: Bundle) -> dict[str, Any]:
    """Read `report/metrics.json`.

    Raises
    ------
    TrainingError
        `data_invalid` where it is missing, no JSON, or of another model.
    """
    try:
        metrics = json.loads((bundle.folder / "report" / "metrics.json").read_text("utf-8"))
        is_ours = metrics["bundle_sha256"] == bundle.sha256
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable("is missing or damaged") from error
    if not is_ours:
        raise _unreadable("speaks of another model")
    return dict(metrics)


def _unreadable(reason: str) -> TrainingError:
    return TrainingError(TrainingCode.DATA_INVALID, place="report/metrics.json", reason=reason)
