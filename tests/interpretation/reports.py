"""Reports of an official test, written as the training writes them, for bundles of the tests."""

import json
from pathlib import Path

import numpy as np

from cxr_app.bundle import Bundle
from cxr_app.interpretation.official_test import ANSWERS_FILE, METRICS_FILE, OfficialTest
from cxr_app.interpretation.resampling import Resampled, resample
from cxr_app.spec import Interval

THRESHOLD = 0.5


def share(value: float) -> Interval:
    return Interval(value=value, low=max(0.0, value - 0.05), high=min(1.0, value + 0.05))


def official_test(
    positive: list[float], negative: list[float], *, films_of_one: int = 1
) -> OfficialTest:
    """Make a test of these probabilities; a patient has so many films, one after the other."""
    probability = np.array([*positive, *negative])
    is_positive = np.arange(len(probability)) < len(positive)
    right = (probability >= THRESHOLD) == is_positive
    return OfficialTest(
        sensitivity=share(float(right[is_positive].mean())),
        specificity=share(float(right[~is_positive].mean())),
        threshold=THRESHOLD,
        is_positive=is_positive,
        probability=probability,
        patient=np.arange(len(probability)) // films_of_one,
    )


def known_test(films_of_one: int = 1) -> OfficialTest:
    """100 films of each class: sensitivity 0.96, specificity 0.90."""
    return official_test([0.9] * 96 + [0.2] * 4, [0.1] * 90 + [0.8] * 10, films_of_one=films_of_one)


def drawn(test: OfficialTest | None = None) -> Resampled:
    return resample(test or known_test())


def answers_text(sha256: str, test: OfficialTest) -> str:
    rows = [
        f"{number:064x},{patient},{int(is_positive)},{float(probability)!r}"
        for number, (patient, is_positive, probability) in enumerate(
            zip(test.patient, test.is_positive, test.probability, strict=True)
        )
    ]
    return "\n".join([sha256, "film_sha256,patient,label,probability", *rows]) + "\n"


def metrics_of(sha256: str, test: OfficialTest) -> dict[str, object]:
    def figure(one: Interval) -> dict[str, float]:
        return {"value": one.value, "low": one.low, "high": one.high}

    return {
        "bundle_sha256": sha256,
        "evaluations": {
            "test": {
                "bundle_sha256": sha256,
                "films": test.n_films,
                "figures": {
                    "auc": {"value": 0.9, "low": 0.8, "high": 1.0},
                    "sensitivity": figure(test.sensitivity),
                    "specificity": figure(test.specificity),
                },
            }
        },
    }


def write_report(bundle: Bundle, test: OfficialTest | None = None) -> Path:
    """Write a report that fits, into the bundle's folder."""
    test = test or known_test()
    report = bundle.folder / "report"
    report.mkdir(exist_ok=True)
    (report / ANSWERS_FILE).write_text(answers_text(bundle.sha256, test), "utf-8")
    (report / METRICS_FILE).write_text(json.dumps(metrics_of(bundle.sha256, test)), "utf-8")
    return report
