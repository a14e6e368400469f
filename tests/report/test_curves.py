"""ROC, confusion, reliability and thresholds on six films, worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import MODELS
from cxr_app.report.answers import Answers, parse_answers
from cxr_app.report.curves import calibration_error, confusion_at, reliability, roc, shares_right
from cxr_app.report.evaluation import Confusion
from cxr_app.report.metrics import parse_metrics
from cxr_app.report.threshold import at_threshold
from tests.report.reports import OWN, answers

SIX = parse_answers(answers().encode(), {OWN})
# PNEUMONIA: 0.4, 0.8, 0.9; NORMAL: 0.1, 0.4, 0.85.


def test_the_roc_curve_goes_through_every_threshold():
    found = roc(SIX)

    assert found.thresholds.tolist() == [np.inf, 0.9, 0.85, 0.8, 0.4, 0.1]
    assert found.sensitivity.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 1, 1])
    assert found.false_positive_rate.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 3, 2 / 3, 1])


def test_its_area_counts_ties_one_half():
    # Of 9 pairs the one with PNEUMONIA has more: 0.9 three times, 0.8 twice, 0.4 once; and 0.4
    # is tied with 0.4: 6.5 / 9.
    assert roc(SIX).auc == pytest.approx(6.5 / 9)


@pytest.mark.parametrize(
    ("threshold", "counts"),
    [
        pytest.param(0.0, (3, 0, 3, 0), id="all are called"),
        pytest.param(0.4, (3, 0, 2, 1), id="from the threshold on"),
        pytest.param(0.5, (2, 1, 1, 2), id="between films"),
        pytest.param(1.0, (0, 3, 0, 3), id="none is called"),
    ],
)
def test_films_are_counted_at_a_threshold(threshold: float, counts: tuple[int, ...]):
    found = confusion_at(SIX, threshold)

    assert found == Confusion(
        true_positive=counts[0],
        false_negative=counts[1],
        false_positive=counts[2],
        true_negative=counts[3],
    )


def test_reliability_has_ten_bins_of_classes_weighted_alike():
    bins = reliability(SIX)

    assert [one.films for one in bins] == [0, 1, 0, 0, 2, 0, 0, 0, 2, 1]
    assert sum(one.weight for one in bins) == pytest.approx(1)
    assert bins[0].claimed is None
    # One film of each class at 0.4; of each class there are three.
    assert (bins[4].claimed, bins[4].found) == pytest.approx((0.4, 0.5))
    # 0.8 with PNEUMONIA, 0.85 without.
    assert (bins[8].claimed, bins[8].found) == pytest.approx((0.825, 0.5))
    # (|0.1 - 0| + 2 |0.4 - 0.5| + 2 |0.825 - 0.5| + |0.9 - 1|) / 6
    assert calibration_error(bins) == pytest.approx((0.1 + 0.2 + 0.65 + 0.1) / 6)


def test_classes_of_unequal_size_weigh_alike_all_the_same():
    few = Answers(
        sha256=OWN,
        labels=np.array([1, 0, 0, 0]),
        probability=np.array([0.55, 0.55, 0.55, 0.55]),
        patients=np.arange(4),
    )

    bins = reliability(few)

    assert bins[5].found == pytest.approx(0.5)  # not 1 / 4


def test_certainty_belongs_to_the_last_bin():
    sure = Answers(
        sha256=OWN,
        labels=np.array([1, 0]),
        probability=np.array([1.0, 0.0]),
        patients=np.arange(2),
    )

    bins = reliability(sure)

    assert [bins[0].films, bins[9].films] == [1, 1]
    assert calibration_error(bins) == 0


def test_a_threshold_has_its_figures_and_intervals():
    found = at_threshold(SIX, 0.5)

    assert found.sensitivity.value == pytest.approx(2 / 3)
    assert found.specificity.value == pytest.approx(2 / 3)
    assert found.sensitivity.low == 0.5  # p2 alone: one of its two films
    assert found.sensitivity.high == 1.0  # p3 alone
    assert (found.specificity.low, found.specificity.high) == (0.0, 1.0)  # p4 alone, p1 alone


def test_patients_are_drawn_whole():
    # Two patients, and each is either right or wrong in both films: no draw lies in between but
    # the one with both.
    pairs = Answers(
        sha256=OWN,
        labels=np.array([1, 1, 1, 1, 0]),
        probability=np.array([0.9, 0.9, 0.1, 0.1, 0.2]),
        patients=np.array([0, 0, 1, 1, 2]),
    )

    found = at_threshold(pairs, 0.5)

    assert (found.sensitivity.low, found.sensitivity.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    "place", sorted(MODELS.glob("*/report")), ids=lambda path: path.parent.name
)
@pytest.mark.parametrize("part", ["test", "validation"])
def test_the_card_computes_what_the_report_says(place: Path, part: str):
    of = parse_metrics((place / "metrics.json").read_bytes()).evaluations[part]
    found = parse_answers((place / f"answers-{part}.csv").read_bytes(), {of.bundle_sha256})
    spec = json.loads((place.parent / "spec.json").read_text("utf-8"))

    at = at_threshold(found, spec["decision"]["threshold"])

    # Some of these answers were stored with six digits.
    assert roc(found).auc == pytest.approx(of.figures["auc"].value, abs=1e-4)
    assert calibration_error(reliability(found)) == pytest.approx(of.figures["ece"].value, abs=1e-4)
    assert at.confusion == of.confusion
    assert at.sensitivity == of.figures["sensitivity"]
    assert at.specificity == of.figures["specificity"]


def test_shares_are_of_the_films_of_each_class():
    found = shares_right(
        Confusion(true_positive=3, false_negative=1, false_positive=1, true_negative=1)
    )

    assert found == (0.75, 0.5)
