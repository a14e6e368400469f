"""An honest probability, an operating point and a zone of doubt."""

import numpy as np
import pytest

from cxr_app.decision import confidences
from cxr_app.spec import Task
from training.calibration.decision import calibrate, calibrated
from training.calibration.findings import calibrate_findings
from training.calibration.indeterminate_zone import choose_zone
from training.calibration.operating_point import choose_threshold
from training.calibration.temperature import fit_temperature
from training.recipes.decision import DecisionRecipe


def test_overconfident_logits_are_cooled_down():
    """Margins of 4 that are right three times in four deserve a probability of 0.75."""
    margin = np.tile([4.0, 4.0, 4.0, -4.0], 500)
    labels = np.ones(2000, np.int64)
    both = np.concatenate([margin, -margin]), np.concatenate([labels, 1 - labels])

    temperature, bias = fit_temperature(*both)

    assert temperature == pytest.approx(4 / np.log(3), rel=0.01)  # sigmoid(ln 3) = 0.75
    assert bias == pytest.approx(0, abs=0.01)


def test_prevalence_does_not_move_the_probability():
    """Nine films of one class for one of the other, equally well told apart: still one half."""
    labels = np.array([1] * 9000 + [0] * 1000, np.int64)
    draw = np.random.default_rng(0)
    margin = draw.normal(size=10_000) + np.where(labels == 1, 1.0, -1.0)

    temperature, bias = fit_temperature(margin, labels)

    assert 1 / (1 + np.exp(-bias)) == pytest.approx(0.5, abs=0.06)
    assert temperature == pytest.approx(0.5, abs=0.1)  # two normals 2 apart: slope 2


def test_films_that_are_all_right_do_not_make_it_certain():
    labels = np.array([0, 1] * 20, np.int64)

    temperature, _ = fit_temperature(np.where(labels == 1, 1.0, -1.0), labels)

    assert 1 / (1 + np.exp(-1 / temperature)) == pytest.approx(21 / 22, abs=0.01)  # Platt's target


PROBABILITY = np.array([0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8, 0.9])
LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int64)


def test_without_an_aim_the_threshold_is_one_half():
    assert choose_threshold(PROBABILITY, LABELS, DecisionRecipe()) == 0.5


@pytest.mark.parametrize(("aim", "threshold"), [(0.75, 0.7), (0.76, 0.4), (0.99, 0.4)])
def test_an_aim_takes_the_highest_threshold_that_meets_it(aim, threshold):
    # 0.7, 0.8 and 0.9 are three of four; all four are from 0.4 on.
    assert choose_threshold(PROBABILITY, LABELS, DecisionRecipe(sensitivity=aim)) == threshold


def test_the_zone_holds_the_doubtful_films_when_they_are_few():
    """Of 100 films, one on each side of the threshold is wrong."""
    sure = np.concatenate([np.linspace(0.05, 0.2, 49), np.linspace(0.8, 0.95, 49)])
    probability = np.concatenate([sure[:49], [0.6], sure[49:], [0.4]])
    labels = np.array([0] * 50 + [1] * 50, np.int64)

    low, high = choose_zone(probability, labels, 0.5)

    # 98 of 100 are right with no zone at all: that is enough.
    assert (low, high) == (0.5, 0.5)


def test_the_zone_grows_until_97_percent_outside_it_are_right():
    probability = np.concatenate(
        [np.linspace(0.05, 0.2, 45), [0.6] * 5, np.linspace(0.8, 0.95, 45), [0.4] * 5]
    )
    labels = np.array([0] * 50 + [1] * 50, np.int64)

    low, high = choose_zone(probability, labels, 0.5)

    assert low <= 0.4
    assert high == 0.6


def test_the_zone_never_holds_more_than_15_percent():
    draw = np.random.default_rng(0)
    probability = draw.random(400)
    labels = draw.integers(0, 2, 400)

    low, high = choose_zone(probability, labels, 0.5)

    weights = np.where(labels == 1, 0.5 / (labels == 1).sum(), 0.5 / (labels == 0).sum())
    assert weights[(probability >= low) & (probability <= high)].sum() <= 0.15
    assert low < 0.5 < high


def test_the_parts_make_one_decision():
    draw = np.random.default_rng(1)
    labels = draw.integers(0, 2, 200)
    margin = draw.normal(size=200) + 3 * labels
    logits = np.stack([np.zeros(200), margin], axis=1).astype(np.float32)
    patients = tuple(str(place // 2) for place in range(200))

    spec = calibrate(logits, labels, patients, DecisionRecipe())

    probability = confidences(logits, temperature=spec.temperature, bias=spec.bias)[:, 1]
    called = probability >= spec.threshold
    measured = spec.measured.sensitivity
    assert measured.value == pytest.approx(called[labels == 1].mean())
    assert measured.low < measured.value < measured.high
    assert spec.films == 200


def test_of_each_finding_the_threshold_lies_where_both_are_alike():
    """Two findings, one of them rare; each is called from its own even point on."""
    draw = np.random.default_rng(4)
    truth = np.stack([draw.random(4000) < 0.5, draw.random(4000) < 0.1], axis=1).astype(np.uint8)
    # Normal films at -1 and +3, films with the finding two higher: even at 0 and at 4.
    logits = draw.normal(size=(4000, 2)) + 2 * truth + np.array([-1.0, 3.0])

    spec = calibrate_findings(logits.astype(np.float32), truth, tuple(map(str, range(4000))))

    chance = calibrated(logits.astype(np.float32), spec, Task.MULTILABEL)
    for place, even in enumerate((0.0, 4.0)):
        near = np.abs(logits[:, place] - even) < 0.05
        assert chance[near, place].mean() == pytest.approx(0.5, abs=0.06)
    # 0.841 is the share of a normal distribution below one standard deviation.
    assert spec.measured.sensitivity.value == pytest.approx(0.841, abs=0.03)
    assert spec.measured.specificity.value == pytest.approx(0.841, abs=0.03)
    assert (spec.threshold, spec.zone) == (0.5, (0.5, 0.5))


def test_a_finding_that_the_network_cannot_tell_gets_about_one_half():
    """Three films in a hundred have it, and the logits say nothing of them."""
    draw = np.random.default_rng(6)
    truth = np.zeros((300, 3), np.uint8)
    truth[::2, 0] = truth[::3, 1] = 1
    truth[::33, 2] = 1
    logits = draw.normal(size=(300, 3)) + np.array([4.0, 4.0, 0.0]) * truth - np.array([2, 2, 7])

    spec = calibrate_findings(logits.astype(np.float32), truth, tuple(map(str, range(300))))

    chance = calibrated(logits.astype(np.float32), spec, Task.MULTILABEL)[:, 2]
    assert 0.3 < chance.mean() < 0.7
    assert len(np.unique(chance)) == 300
