"""Reports written by hand, small enough to work their figures out."""

import json
from pathlib import Path
from typing import Any

OWN, OTHER = "a" * 64, "b" * 64
FILMS = "c" * 64

# Six films of four patients, two of each of two: probabilities and labels as they come.
ROWS = (
    ("p1", 0, 0.1),
    ("p1", 0, 0.4),
    ("p2", 1, 0.4),
    ("p2", 1, 0.8),
    ("p3", 1, 0.9),
    ("p4", 0, 0.85),
)


def figure(value: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def evaluation(**changes: Any) -> dict[str, Any]:
    found = {
        "date": "2026-01-02T03:04:05+00:00",
        "command": "python -m training evaluate",
        "bundle_sha256": OWN,
        "films": len(ROWS),
        "films_sha256": FILMS,
        "patients": 4,
        "refused": {},
        "figures": {
            "auc": figure(0.7222, 0.5, 1.0),
            "sensitivity": figure(2 / 3, 0.25, 1.0),
            "specificity": figure(2 / 3, 0.3, 0.9),
        },
        "engine": "openvino 1.2.3",
        "confusion": {
            "true_positive": 2,
            "false_negative": 1,
            "false_positive": 1,
            "true_negative": 2,
        },
        "zone": {"share_inside": 0.125, "right_outside": None},
        "predictive": [
            {"prevalence": 0.25, "ppv": figure(0.4, 0.3, 0.5), "npv": figure(0.9, 0.8, 0.95)}
        ],
        "kinds": {
            "virus": {"films": 2, "auc": figure(0.6, 0.5, 0.7), "sensitivity": figure(0.5, 0, 1)}
        },
        "groups": [],
        "forms": [
            {
                "form": "turned to <b>stone</b>",
                "refused": 1,
                "auc_change": figure(-0.1234, -0.2, 0.01),
                "sensitivity_before": 0.9,
                "specificity_before": 0.9,
                "sensitivity": 0.9,
                "specificity": 0.611,
                "mean_change": 0.2,
                "mean_shift": {"looked_for": 0.1, "other": -0.1},
            }
        ],
        "shared_patients": None,
        "shortcuts": [{"name": "file size", "auc": figure(0.81, 0.7, 0.9), "higher_in": "NORMAL"}],
        "openings": 2,
    }
    return {**found, **changes}


def metrics(**changes: Any) -> dict[str, Any]:
    found = {
        "bundle_sha256": OWN,
        "command": "python -m training select",
        "films": {"fit": 40, "validation": 5, "calibration": 4},
        "sharp_copies": 0,
        "winner": "tiny",
        "teachers": [],
        "candidates": [
            {
                "backbone": "tiny",
                "first_weights": "none",
                "best_epoch": 1,
                "validation": {"accuracy": 0.9, "auc": 0.95, "films": 5},
            }
        ],
        "retrained": {"epochs": 0, "with_validation_films": False},
        "limits": ["Made of drawings."],
        "evaluations": {"test": evaluation()},
        "something newer": [1, 2, 3],
    }
    return {**found, **changes}


def answers(sha256: str = OWN) -> str:
    rows = [f"{place:064x},{who},{label},{p!r}" for place, (who, label, p) in enumerate(ROWS)]
    return "\n".join([sha256, "film_sha256,patient,label,probability", *rows]) + "\n"


def write(folder: Path, sha256: str, **changes: Any) -> None:
    """Write a report beside a bundle of this identity."""
    place = folder / "report"
    place.mkdir(exist_ok=True)
    found = metrics(bundle_sha256=sha256, evaluations={"test": evaluation(bundle_sha256=sha256)})
    (place / "metrics.json").write_text(json.dumps({**found, **changes}), "utf-8")
    (place / "answers-test.csv").write_text(answers(sha256), "utf-8")
