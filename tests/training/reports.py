"""What a fresh report holds, as far as an evaluation needs it."""

import json

from cxr_app.bundle import Bundle

METRICS = {
    "command": "python -m training select",
    "films": {"fit": 2, "validation": 1, "calibration": 1},
    "winner": "tiny",
    "teachers": [],
    "candidates": [
        {
            "backbone": "tiny",
            "first_weights": "none",
            "best_epoch": 1,
            "validation": {"accuracy": 0.5, "auc": 0.5},
            "curves": [{"epoch": 1, "loss": 1.0, "accuracy": 0.5, "auc": 0.5}],
        }
    ],
    "retrained": {"epochs": 0, "with_validation_films": False},
    "calibration": {"auc": 0.5, "ece": 0.1},
}


def write_metrics(bundle: Bundle) -> None:
    """Put a fresh report beside a bundle."""
    report = bundle.folder / "report"
    report.mkdir(exist_ok=True)
    metrics = {**METRICS, "bundle_sha256": bundle.sha256}
    (report / "metrics.json").write_text(json.dumps(metrics))
