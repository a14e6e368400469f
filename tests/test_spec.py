"""`spec.json` is read strictly."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxr_app.spec import parse_spec, spec_bytes
from tests.bundles import tiny_spec


def plain() -> dict:
    return json.loads(spec_bytes(tiny_spec()))


def test_what_is_written_is_read_again():
    assert parse_spec(spec_bytes(tiny_spec())) == tiny_spec()


def edited(*path: str, value: object = None, drop: bool = False) -> bytes:
    spec = plain()
    place = spec
    for key in path[:-1]:
        place = place[key]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(spec).encode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(edited("decision", "treshold", value=0.5), "decision.treshold: unknown key; "
                     "did you mean 'threshold'", id="an unknown key, with the nearest one"),
        pytest.param(edited("labels", drop=True), "labels: is missing", id="a missing key"),
        pytest.param(edited("decision", "threshold", value=1.5), "decision.threshold: should be "
                     "less than 1, got 1.5", id="out of range"),
        pytest.param(edited("format", value=True), "format: should be a valid integer, got True",
                     id="a bool is no int"),
        pytest.param(edited("network", "size", value="128"), "network.size: should be a valid "
                     "integer, got '128'", id="a text is no int"),
        pytest.param(edited("labels", value=["A", "B", "C"]), "labels: a binary task has 2, got 3",
                     id="labels that do not fit the task"),
        pytest.param(edited("decision", "zone", value=[0.6, 0.7]), "decision: zone: must hold the "
                     "threshold", id="a zone beside the threshold"),
        pytest.param(b"[" * 100_000, "", id="deeper than any parser goes"),
        pytest.param(b"\xff\xfe", "", id="not UTF-8"),
    ],
)  # fmt: skip
def test_anything_else_is_an_error_that_names_the_key(data, sentence):
    with pytest.raises(ValueError, match=r".*") as caught:
        parse_spec(data)

    assert sentence in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(key=st.sampled_from(sorted(plain())), value=json_values)
def test_no_value_of_any_key_causes_another_exception(key, value):
    data = json.dumps({**plain(), key: value}).encode()

    try:
        parsed = parse_spec(data)
    except ValueError:
        return
    assert json.loads(spec_bytes(parsed))[key] == json.loads(data)[key]


def with_lungs(**changes: object) -> dict:
    lungs = {"side": 128, "films": 900, "dice": {"children": 0.97}}
    return {**plain(), "format": 2, "lungs": lungs, **changes}


def test_format_1_has_no_key_of_format_2():
    assert "lungs" not in plain()
    assert "standardise" not in plain()["input"]


def test_what_is_written_of_format_2_is_read_again():
    spec = parse_spec(json.dumps(with_lungs()).encode())

    assert spec.lungs is not None
    assert spec.lungs.dice == {"children": 0.97}
    assert parse_spec(spec_bytes(spec)) == spec


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param({**plain(), "format": 2}, "format: 2 needs lungs", id="2 without lungs"),
        pytest.param(with_lungs(format=1), "format: 1 has no lungs", id="1 with lungs"),
        pytest.param({**plain(), "network": plain()["network"] | {"stride": 16}},
                     "format: 1 has no network.stride", id="1 with a stride"),
        pytest.param(with_lungs(lungs={"side": 128, "films": 900}), "lungs.dice: is missing",
                     id="lungs that were not measured"),
        pytest.param(with_lungs(lungs={"side": 128, "films": 900, "dice": {"children": 1.2}}),
                     "lungs.dice.children", id="a Dice above 1"),
        pytest.param(with_lungs(gate={"files": ["gate.npz"]}), "gate.limits: is missing",
                     id="a gate without limits"),
        pytest.param(with_lungs(gate={"files": ["../gate.npz"], "limits": {}}), "gate.files.0",
                     id="a gate from elsewhere"),
        pytest.param(with_lungs(gate={"files": [], "limits": {"chest": "0.5"}}),
                     "gate.limits.chest: should be a valid number, got '0.5'",
                     id="a limit in words"),
        pytest.param(with_lungs(gate={"files": [], "limits": {"chest": float("nan")}}),
                     "gate.limits.chest: should be a finite number", id="a limit without value"),
    ],
)  # fmt: skip
def test_what_spans_the_formats_is_checked(data: dict, sentence: str):
    with pytest.raises(ValueError, match=r".*") as caught:
        parse_spec(json.dumps(data).encode())

    assert sentence in str(caught.value)
