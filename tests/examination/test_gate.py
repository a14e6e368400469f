"""Whether a picture is a film that the model was made for."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cxr_app.examination.evidence import Evidence
from cxr_app.examination.gate import ADULT, CHILD, LATERAL, OTHERS, Gate
from tests.bundles import LIMITS, N_OF_GATE, drawn_lungs, gate_arrays

KINDS = (CHILD, ADULT, *OTHERS)


def evidence(feature: float = 0.0) -> Evidence:
    """A grey picture, the features of which are all alike."""
    return Evidence(
        features=np.full((8, 8, 16), feature, np.float32),
        lungs=drawn_lungs(),
        grey=np.full((512, 512), 90, np.uint8),
    )


def gate(shares: dict[str, float], **changes: Any) -> Gate:
    """Say the same of every picture; what is not named has next to no probability."""
    bias = np.log(np.array([shares.get(kind, 1e-9) for kind in KINDS], np.float32))
    stored = {
        **gate_arrays(),
        "kinds.bias": bias,
        "kinds.weights": np.zeros((N_OF_GATE, len(KINDS)), np.float32),
    }
    return replace(Gate.read(stored, LIMITS), **changes)


def test_a_childs_film_passes_without_a_word():
    found = gate({CHILD: 0.9, ADULT: 0.1}).judge(evidence())

    assert (found.reason, found.is_adult, found.is_lateral) == (None, False, False)
    assert found.chest == pytest.approx(1)
    assert found.distance == 0
    assert found.is_finite


def test_a_frontal_chest_film_is_a_childs_or_an_adults():
    shares = {CHILD: 0.3, ADULT: 0.3, LATERAL: 0.2, "photo": 0.2}

    found = gate(shares, chest_from=0.59).judge(evidence())

    assert found.reason is None
    assert found.chest == pytest.approx(0.6)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_chest_film_is_refused_as_what_it_is(kind: str):
    found = gate({CHILD: 0.4, kind: 0.6}).judge(evidence())

    assert found.reason == OTHERS[kind]


def test_the_reason_is_the_likeliest_of_what_it_may_be_instead():
    """Though a child's film is likelier than either."""
    shares = {CHILD: 0.4, "page": 0.25, "body": 0.35}

    assert gate(shares, chest_from=0.41).judge(evidence()).reason == OTHERS["body"]


def test_an_adult_is_told_among_frontal_films_alone():
    # 0.3 of 0.3 + 0.3, whatever else it may be.
    shares = {CHILD: 0.3, ADULT: 0.3, LATERAL: 0.4}

    assert gate(shares, adult_from=0.49).judge(evidence()).is_adult
    assert not gate(shares, adult_from=0.51).judge(evidence()).is_adult


def test_a_lateral_view_is_told_from_its_limit_on():
    shares = {CHILD: 0.6, LATERAL: 0.4}

    assert gate(shares, lateral_from=0.39).judge(evidence()).is_lateral
    assert not gate(shares, lateral_from=0.41).judge(evidence()).is_lateral


def far(distance_to: float) -> Gate:
    """Measure the distance by the first feature less 1, and by the second one twice."""
    whitening = np.zeros((N_OF_GATE, 2), np.float32)
    whitening[0, 0], whitening[1, 1] = 1, 2
    centre = np.zeros(N_OF_GATE, np.float32)
    centre[0] = 1
    return gate({CHILD: 1.0}, whitening=whitening, centre=centre, distance_to=distance_to)


def test_the_distance_is_the_root_of_the_mean_square_along_the_axes():
    # Both features are 4: (4 - 1) x 1 and (4 - 0) x 2.
    assert far(10).judge(evidence(4.0)).distance == pytest.approx(((9 + 64) / 2) ** 0.5)


def test_what_is_unlike_every_film_is_refused_however_likely_it_is():
    found = far(6.0).judge(evidence(4.0))

    assert found.reason == "it is unlike every chest film that the program knows"
    assert found.chest == pytest.approx(1)
    assert far(6.1).judge(evidence(4.0)).reason is None


def test_a_judgement_that_is_no_number_is_not_to_be_trusted():
    assert not gate({CHILD: 1.0}).judge(evidence(np.nan)).is_finite


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param({"kinds.names": np.array([*KINDS[:-1], "cat"])}, id="an unknown kind"),
        pytest.param({"kinds.names": np.array([*KINDS[:-1], CHILD])}, id="a kind twice"),
        pytest.param({"centre": np.zeros(3)}, id="a centre of another size"),
        pytest.param({"whitening": np.zeros(N_OF_GATE)}, id="axes in a row"),
        pytest.param({"whitening": np.zeros((3, 1))}, id="axes of another size"),
        pytest.param({"centre": np.full(N_OF_GATE, np.nan)}, id="a centre that is nowhere"),
        pytest.param({"whitening": np.full((N_OF_GATE, 1), np.inf)}, id="axes without end"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(stored: dict[str, np.ndarray]):
    with pytest.raises(ValueError, match=r".+"):
        Gate.read({**gate_arrays(), **stored}, LIMITS)


@pytest.mark.parametrize("limit", ["chest", "distance", "adult", "lateral"])
def test_a_limit_that_is_missing_is_an_error(limit: str):
    left = {name: value for name, value in LIMITS.items() if name != limit}

    with pytest.raises(KeyError, match=limit):
        Gate.read(gate_arrays(), left)


@pytest.mark.parametrize("array", ["centre", "whitening", "kinds.mean"])
def test_an_array_that_is_missing_is_an_error(array: str):
    left = {name: value for name, value in gate_arrays().items() if name != array}

    with pytest.raises(KeyError, match=array):
        Gate.read(left, LIMITS)
