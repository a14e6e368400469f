"""Fitting the classifiers, folds by source, and the limits from what the folds say."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from cxr_app.examination.gate import ADULT, CHILD, LATERAL, OTHERS, Gate
from cxr_app.examination.linear import LinearClassifier
from cxr_app.examination.orientation import NEGATIVE, POSITIVE, TURNS, Orientation
from training.examination.gathering import Gathered

__all__ = ["FOLDS", "Fitted", "Judged", "fit", "fold_of", "judge", "lacking"]

FOLDS: Final = 5
STRENGTH: Final = 1e-3  # inverse of the penalty (scikit-learn's C): many numbers, few sources
EVENNESS: Final = 0.7  # 1 would weigh all kinds alike, 0 all pictures
AXES: Final = 200  # of the Gaussian, those along which chest films differ most
FILMS: Final = (CHILD, ADULT)

# Shares of children's films that a limit may cost, on folds that were not fitted on.
REFUSED: Final = 0.002
TOO_FAR: Final = 0.001
BEYOND: Final = 1.1  # times that distance: the quantile rests on one or two films
WARNED_ADULT: Final = 0.02
WARNED_LATERAL: Final = 0.001
WARNED_STANCE: Final = 0.002  # of both archives' films


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What goes into a bundle."""

    gate: Gate
    orientation: Orientation
    limits: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What classifiers say of rows that they were not fitted on; arrays of N.

    Attributes
    ----------
    shares : dict of str to ndarray, float64 [N]
        Probability of each kind; NaN where a row was not judged.
    distance, turned, negative : ndarray, float64 [N]
    likeliest_turn : ndarray of str [N]
    """

    shares: dict[str, NDArray[np.float64]]
    distance: NDArray[np.float64]
    turned: NDArray[np.float64]
    negative: NDArray[np.float64]
    likeliest_turn: NDArray[np.str_]

    @property
    def chest(self) -> NDArray[np.float64]:
        """Probability of a chest film."""
        return sum((self.shares[kind] for kind in FILMS), np.zeros(len(self.distance)))

    @property
    def grown(self) -> NDArray[np.float64]:
        """Probability of an adult, given a frontal film."""
        child, adult = self.shares[CHILD], self.shares[ADULT]
        found: NDArray[np.float64] = adult / np.maximum(adult + child, 1e-12)
        return found


def fold_of(rows: Gathered, seed: int) -> NDArray[np.int64]:
    """Deal sources to folds 0..4, kind by kind; -1 for what is held out altogether.

    A kind of a single source is dealt picture by picture, which flatters its figures.
    """
    rng = np.random.default_rng(seed)
    fold = np.full(len(rows.kind), -1)
    for detail in np.unique(rows.detail):
        of_kind = (rows.detail == detail) & ~rows.is_held_out
        groups = rows.source if len(np.unique(rows.source[of_kind])) > 1 else rows.name
        names = rng.permutation(np.unique(groups[of_kind]))
        place = {name: number % FOLDS for number, name in enumerate(names)}
        fold[of_kind] = [place[name] for name in groups[of_kind]]
    return fold


def lacking(rows: Gathered, fold: NDArray[np.int64]) -> list[str]:
    """Name the kinds that some fold would be judged without: none, or one fold's pictures alone."""
    kinds = (*FILMS, *OTHERS)
    return [kind for kind in kinds if len(np.unique(fold[(rows.kind == kind) & (fold >= 0)])) < 2]


def judge(rows: Gathered, fold: NDArray[np.int64]) -> Judged:
    """Judge every row by classifiers fitted without its fold; what is held out, by the first."""
    n = len(rows.kind)
    shares = {kind: np.full(n, np.nan) for kind in (*FILMS, *OTHERS)}
    distance, turned, negative = (np.full(n, np.nan) for _ in range(3))
    likeliest = np.full(n, TURNS[0], dtype=rows.turn.dtype)
    for number in range(FOLDS):
        to_fit = (fold >= 0) & (fold != number)
        told = np.flatnonzero((fold == number) | ((fold < 0) & (number == 0)))
        gate, orientation = _fit_gate(rows, to_fit), _fit_orientation(rows, to_fit)
        for row in told:
            numbers = rows.gate[row]
            for kind, share in gate.kinds.probabilities(numbers).items():
                shares[kind][row] = share
            distance[row] = gate.distance(numbers)
            turn = orientation.turn.probabilities(rows.orientation[row])
            turned[row] = 1 - turn[TURNS[0]]
            likeliest[row] = max(turn, key=turn.__getitem__)
            negative[row] = orientation.tone.probabilities(rows.orientation[row])[NEGATIVE]
    return Judged(
        shares=shares,
        distance=distance,
        turned=turned,
        negative=negative,
        likeliest_turn=likeliest,
    )


def fit(rows: Gathered, judged: Judged, fold: NDArray[np.int64]) -> Fitted:
    """Fit on all folds, with limits that the folds' own answers give."""
    is_plain = (rows.turn == TURNS[0]) & ~rows.is_negative & (fold >= 0)
    child = is_plain & (rows.kind == CHILD)
    film = is_plain & np.isin(rows.kind, FILMS)
    limits = {
        "chest": float(np.quantile(judged.chest[child], REFUSED)),
        "distance": float(np.quantile(judged.distance[child], 1 - TOO_FAR)) * BEYOND,
        "adult": float(np.quantile(judged.grown[child], 1 - WARNED_ADULT)),
        "lateral": float(np.quantile(judged.shares[LATERAL][child], 1 - WARNED_LATERAL)),
        "turn": float(np.quantile(judged.turned[film], 1 - WARNED_STANCE)),
        "negative": float(np.quantile(judged.negative[film], 1 - WARNED_STANCE)),
    }
    rounded = {name: round(value, 6) for name, value in limits.items()}
    gate, orientation = _fit_gate(rows, fold >= 0), _fit_orientation(rows, fold >= 0)
    return Fitted(
        gate=Gate.read({**gate_arrays(gate)}, rounded),
        orientation=Orientation.read(orientation_arrays(orientation), rounded),
        limits=rounded,
    )


def gate_arrays(gate: Gate) -> dict[str, NDArray[Any]]:
    """Give the arrays of `gate.npz`."""
    return {**gate.kinds.arrays("kinds"), "centre": gate.centre, "whitening": gate.whitening}


def orientation_arrays(orientation: Orientation) -> dict[str, NDArray[Any]]:
    """Give the arrays of `orientation.npz`."""
    return {**orientation.turn.arrays("turn"), **orientation.tone.arrays("tone")}


def _fit_gate(rows: Gathered, chosen: NDArray[np.bool_]) -> Gate:
    """Fit on upright, positive forms; the limits are still open."""
    upright = chosen & (rows.turn == TURNS[0]) & ~rows.is_negative
    kinds = _linear(rows.gate[upright], rows.kind[upright])
    is_film = upright & np.isin(rows.kind, FILMS)
    films = kinds.standardised(rows.gate[is_film])
    centre = films.mean(axis=0)
    covariance, _ = ledoit_wolf(films - centre, assume_centered=True)
    variances, axes = np.linalg.eigh(covariance)
    whitening = axes[:, -AXES:] / np.sqrt(variances[-AXES:])
    return Gate(
        kinds=kinds,
        centre=centre.astype(np.float32),
        whitening=whitening.astype(np.float32),
        chest_from=0.5,
        distance_to=np.inf,
        adult_from=0.5,
        lateral_from=0.5,
    )


def _fit_orientation(rows: Gathered, chosen: NDArray[np.bool_]) -> Orientation:
    """Fit on films of both archives, turned and not; a turned negative fits the tone alone."""
    films = chosen & np.isin(rows.kind, FILMS)
    for_turn = films & (~rows.is_negative | (rows.turn == TURNS[0]))
    tone = np.where(rows.is_negative, NEGATIVE, POSITIVE)
    numbers = rows.orientation.astype(np.float32)
    return Orientation(
        turn=_linear(numbers[for_turn], rows.turn[for_turn]),
        tone=_linear(numbers[films], tone[films]),
        turn_from=0.5,
        tone_from=0.5,
    )


def _linear(numbers: NDArray[np.float32], kinds: NDArray[np.str_]) -> LinearClassifier:
    scaler = StandardScaler().fit(numbers)
    count = Counter(kinds.tolist())
    weights = np.array([count[kind] ** -EVENNESS for kind in kinds.tolist()])
    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
    model.fit(scaler.transform(numbers), kinds, sample_weight=weights / weights.mean())
    kernel, bias = model.coef_.T, model.intercept_
    if kernel.shape[1] == 1:  # of two classes scikit-learn keeps one
        kernel = np.concatenate([np.zeros_like(kernel), kernel], axis=1)
        bias = np.array([0.0, *bias])
    return LinearClassifier(
        names=tuple(str(name) for name in model.classes_),
        mean=scaler.mean_.astype(np.float32),
        scale=np.maximum(scaler.scale_, 1e-6).astype(np.float32),
        weights=kernel.astype(np.float32),
        bias=bias.astype(np.float32),
    )
