"""Folds by source, classifiers fitted on the others, and limits from what these say."""

from dataclasses import replace

import numpy as np
import pytest

from cxr_app.examination.gate import ADULT, CHILD, LATERAL, OTHERS
from training.examination.figures import figures, summary
from training.examination.fitting import (
    FOLDS,
    fit,
    fold_of,
    gate_arrays,
    judge,
    lacking,
    orientation_arrays,
)
from training.examination.gathering import Gathered

KINDS = (CHILD, ADULT, *OTHERS)


MANY = 40  # numbers that say the same: the penalty is one for hundreds of numbers


def high(place: int, places: int) -> np.ndarray:
    """Give MANY numbers for each place, 3 at one of them and 0 elsewhere."""
    return np.repeat(np.where(np.arange(places) == place, 3.0, 0.0), MANY)


def gathered(each: int = 20, seed: int = 0) -> Gathered:
    """Each kind has numbers of its own that are high, and each stance others.

    Every picture is plain, and films are also shown turned and as a negative. A fifth of the films
    is held out.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for place, kind in enumerate(KINDS):
        for number in range(each):
            stances = [("0", False, "plain")]
            if kind in (CHILD, ADULT):
                stances += [(turn, False, "turned") for turn in ("90", "180", "270")]
                stances += [("0", True, "turned")]
            for turn, is_negative, form in stances:
                stance = 4 if is_negative else ("0", "90", "180", "270").index(turn)
                gate, orientation = high(place, len(KINDS)), high(stance, 5)
                gate += rng.normal(0, 0.3, gate.shape)
                orientation += rng.normal(0, 0.3, orientation.shape)
                rows.append(
                    {
                        "gate": gate,
                        "orientation": orientation,
                        "kind": kind,
                        "detail": f"all {kind}",
                        "source": f"{kind}/{number // 2}",
                        "name": f"{kind} {number}",
                        "form": form,
                        "turn": turn,
                        "is_negative": is_negative,
                        "is_held_out": kind in (CHILD, ADULT) and number < each // 5,
                    }
                )
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    columns["gate"] = columns["gate"].astype(np.float32)
    columns["orientation"] = columns["orientation"].astype(np.float16)
    return Gathered(**columns)


@pytest.fixture(scope="module")
def rows() -> Gathered:
    return gathered()


def test_no_source_stands_in_two_folds(rows: Gathered):
    fold = fold_of(rows, seed=1)

    for source in np.unique(rows.source[~rows.is_held_out]):
        assert len(np.unique(fold[(rows.source == source) & ~rows.is_held_out])) == 1


def test_what_is_held_out_is_in_no_fold(rows: Gathered):
    fold = fold_of(rows, seed=1)

    assert (fold[rows.is_held_out] == -1).all()
    assert set(fold[~rows.is_held_out]) == set(range(FOLDS))


def test_sources_of_a_kind_are_dealt_evenly(rows: Gathered):
    fold = fold_of(rows, seed=1)

    photos = fold[rows.kind == "photo"]  # ten sources of two pictures
    assert np.bincount(photos).tolist() == [4] * FOLDS


def test_a_kind_of_a_single_source_is_dealt_by_picture(rows: Gathered):
    source = np.where(rows.kind == "slice", "slice/one", rows.source)
    alone = replace(rows, source=source)

    fold = fold_of(alone, seed=1)

    assert np.bincount(fold[rows.kind == "slice"]).tolist() == [4] * FOLDS


def test_folds_are_those_of_their_seed(rows: Gathered):
    assert np.array_equal(fold_of(rows, seed=1), fold_of(rows, seed=1))
    assert not np.array_equal(fold_of(rows, seed=1), fold_of(rows, seed=2))


def test_a_kind_that_some_fold_would_be_fitted_without_is_named(rows: Gathered):
    fold = fold_of(rows, seed=1)
    assert lacking(rows, fold) == []

    fold[rows.kind == LATERAL] = -1
    fold[rows.kind == "page"] = 3

    assert lacking(rows, fold) == [LATERAL, "page"]


def test_every_row_is_judged_and_kinds_that_differ_are_told_apart(rows: Gathered):
    judged = judge(rows, fold_of(rows, seed=1))

    likeliest = np.array(list(judged.shares))[
        np.argmax(np.stack(list(judged.shares.values())), axis=0)
    ]
    assert (likeliest == rows.kind).mean() > 0.99
    films = np.isin(rows.kind, (CHILD, ADULT)) & ~rows.is_negative
    assert (judged.likeliest_turn == rows.turn)[films].mean() > 0.99
    assert np.isfinite(judged.distance).all()
    total = np.sum(list(judged.shares.values()), axis=0)
    assert total == pytest.approx(np.ones(len(total)))


def test_the_limits_cost_few_films_and_what_is_written_fits_the_app(rows: Gathered):
    fold = fold_of(rows, seed=1)
    judged = judge(rows, fold)

    fitted = fit(rows, judged, fold)

    assert set(fitted.limits) == {"chest", "distance", "adult", "lateral", "turn", "negative"}
    children = (rows.kind == CHILD) & (fold >= 0) & (rows.form == "plain")
    assert (judged.chest[children] < fitted.limits["chest"]).sum() <= 1
    assert (judged.distance[children] > fitted.limits["distance"]).sum() == 0
    assert fitted.gate.chest_from == fitted.limits["chest"]
    assert fitted.orientation.turn_from == fitted.limits["turn"]
    assert set(gate_arrays(fitted.gate)) == {
        *(f"kinds.{part}" for part in ("names", "mean", "scale", "weights", "bias")),
        "centre",
        "whitening",
    }
    assert len(orientation_arrays(fitted.orientation)) == 10


def test_chest_films_are_nearer_than_any_other_picture(rows: Gathered):
    fold = fold_of(rows, seed=1)
    fitted = fit(rows, judge(rows, fold), fold)
    films = np.isin(rows.kind, (CHILD, ADULT)) & (rows.form == "plain") & (fold >= 0)

    own = [fitted.gate.distance(numbers) for numbers in rows.gate[films]]
    others = [fitted.gate.distance(numbers) for numbers in rows.gate[rows.kind == "photo"]]

    assert max(own) < 1.2  # in standard deviations; most axes of so few films are shrunk
    assert min(others) > max(own)


def test_two_classes_are_fitted_as_more_are(rows: Gathered):
    """Of two, scikit-learn keeps one column; the app wants one for each."""
    fold = fold_of(rows, seed=1)

    tone = fit(rows, judge(rows, fold), fold).orientation.tone

    assert tone.names == ("negative", "positive")
    assert tone.weights.shape == (5 * MANY, 2)
    assert tone.probabilities(high(0, 5).astype(np.float32))["positive"] > 0.5
    assert tone.probabilities(high(4, 5).astype(np.float32))["negative"] > 0.5


def test_figures_count_pictures_and_sources_of_what_was_not_fitted_on(rows: Gathered):
    fold = fold_of(rows, seed=1)
    judged = judge(rows, fold)
    limits = {
        "chest": 0.5,
        "distance": 1e9,
        "adult": 0.5,
        "lateral": 0.5,
        "turn": 0.5,
        "negative": 0.5,
    }

    table = list(figures(rows, judged, limits))

    refused = {one.detail: one for one in table if one.what == "refused"}
    assert (refused["all child"].pictures, refused["all child"].sources) == (4, 2)
    assert refused["all child"].share == 0
    assert (refused["all photo"].pictures, refused["all photo"].share) == (20, 1)
    told = {(one.what, one.kind): one.share for one in table}
    assert told["warned or refused", LATERAL] == 1
    assert told["warned or refused: adult", ADULT] == 1
    assert told["warned: negative, of negatives", CHILD] == 1
    assert told["warned: turned, of films turned by 90 degrees", CHILD] == 1
    assert summary(rows, judged, limits) == {
        "others_refused": 1,
        "children_refused": 0,
        "children_warned_adult": 0,
        "adults_warned_or_refused": 1,
    }
