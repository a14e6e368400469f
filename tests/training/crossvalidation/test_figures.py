"""Figures of a design: the worst form counts, and the threshold comes from known films."""

import numpy as np
import pytest

from training.crossvalidation.figures import compared, fold_figures, scored, threshold
from training.crossvalidation.probes import explained, told_apart
from training.crossvalidation.trial import Trial


def trial(*forms: list[float], labels: tuple[int, ...] = (0, 0, 1, 1)) -> Trial:
    """A training that answered four films of four patients, in some forms."""
    known = np.linspace(0.01, 1.0, 100)
    return Trial(
        known=np.concatenate([known, known / 10]),
        known_labels=np.repeat([1, 0], 100),
        probability=np.array(forms, np.float64),
        labels=np.array(labels, np.int64),
        names=np.array([f"{number}.jpeg" for number in range(len(labels))]),
        patients=np.array([f"person{number}" for number in range(len(labels))]),
        pooled=np.zeros((len(labels), 3), np.float32),
    )


GOOD = [0.01, 0.02, 0.8, 0.9]
HALF = [0.01, 0.85, 0.8, 0.9]  # one of the four pairs is in the wrong order


def test_the_threshold_calls_96_of_100_known_films_of_the_class():
    # The lowest four of 0.01, 0.02 ... 1.00 lie below it.
    assert threshold(trial(GOOD)) == pytest.approx(0.05)


def test_a_fold_is_measured_in_every_form():
    found = fold_figures(trial(GOOD, HALF))

    assert found.auc == (1.0, 0.75)
    assert found.specificity == (1.0, 0.5)
    assert found.sensitivity == (1.0, 1.0)


def test_a_design_is_scored_by_its_worst_form_in_the_mean_over_folds():
    score = scored([trial(GOOD, HALF), trial(GOOD, GOOD)])

    assert score["worst form's AUC"].value == pytest.approx((0.75 + 1.0) / 2)
    assert score["worst form's specificity"].value == pytest.approx((0.5 + 1.0) / 2)
    assert score["plain AUC"].value == 1.0
    assert score["worst form's AUC"].low <= 0.875 <= score["worst form's AUC"].high


def test_a_design_does_not_differ_from_itself():
    trials = [trial(GOOD, HALF)]

    for figure in compared(trials, trials).values():
        assert (figure.value, figure.low, figure.high) == (0.0, 0.0, 0.0)


def test_designs_are_compared_on_the_same_films():
    other = trial(GOOD, GOOD, labels=(0, 0, 1, 1))
    strange = Trial(**{name: getattr(other, name) for name in Trial.__dataclass_fields__}
                    | {"names": np.array(["a", "b", "c", "d"])})  # fmt: skip

    gain = compared([other], [trial(GOOD, HALF)])
    assert gain["worst form's AUC"].value == pytest.approx(0.25)
    with pytest.raises(ValueError, match="different films"):
        compared([strange], [other])


def test_a_probe_finds_what_features_hold_and_nothing_where_they_hold_nothing():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 8)).astype(np.float32)
    patients = [f"p{number // 2}" for number in range(200)]
    held = features[:, 0] * 2.0 + 1.0

    assert explained(features, held.astype(np.float64), patients) > 0.95
    assert explained(features, rng.normal(size=200), patients) < 0.1
    assert told_apart(features, (held > 1).astype(np.int64), patients) > 0.95
    assert explained(features, np.ones(200), patients) == 0.0


def test_a_probe_never_sees_a_patient_twice():
    # Two films of a patient are alike in features and value, and nothing else tells the value.
    rng = np.random.default_rng(1)
    own = rng.normal(size=(60, 40)).astype(np.float32)
    features = np.repeat(own, 2, axis=0)
    values = np.repeat(rng.normal(size=60), 2)

    assert explained(features, values, [f"p{number // 2}" for number in range(120)]) < 0.1
