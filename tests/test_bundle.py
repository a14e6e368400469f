"""A bundle that does not verify is not loaded."""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.bundle import open_bundle
from cxr_app.codes import Code
from cxr_app.errors import BundleError, Rejected
from cxr_app.spec import parse_spec, spec_bytes
from tests.bundles import (
    LIMITS,
    gate_arrays,
    orientation_arrays,
    packed,
    without_gate,
)
from tests.makers import film, flip


@pytest.fixture
def folder(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_identity_is_the_hash_of_the_spec(tiny_bundle: Path):
    expected = hashlib.sha256((tiny_bundle / "spec.json").read_bytes()).hexdigest()

    assert load_bundle(tiny_bundle).sha256 == expected


def flip_a_bit(place: Path) -> None:
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(bytes(data))


def instead(place: Path, make: Callable[[Path], object]) -> None:
    place.unlink()
    make(place)


def edit_spec(folder: Path, **changes: object) -> None:
    spec = json.loads((folder / "spec.json").read_text())
    (folder / "spec.json").write_text(json.dumps({**spec, **changes}))


@pytest.mark.parametrize(
    ("edit", "code", "named"),
    [
        pytest.param(shutil.rmtree, "model_missing", "bundle", id="no folder"),
        pytest.param(lambda f: (f / "spec.json").unlink(), "model_missing", "spec.json",
                     id="no spec"),
        pytest.param(lambda f: (f / "model.bin").unlink(), "model_changed", "model.bin",
                     id="no file"),
        pytest.param(lambda f: (f / "model.bin").write_bytes(b""), "model_changed", "model.bin",
                     id="an empty file"),
        pytest.param(lambda f: flip_a_bit(f / "model.bin"), "model_changed", "model.bin",
                     id="one bit of the weights"),
        pytest.param(lambda f: flip_a_bit(f / "model.keras"), "model_changed", "model.keras",
                     id="one bit of the file that the other engine reads"),
        pytest.param(lambda f: flip_a_bit(f / "head.npz"), "model_changed", "head.npz",
                     id="one bit of the head"),
        pytest.param(lambda f: (f / "extra.bin").write_bytes(b"x"), "model_invalid", "extra.bin",
                     id="a file nobody vouches for"),
        pytest.param(lambda f: (f / "link").symlink_to("/etc/hostname"), "model_unsafe", "link",
                     id="a link"),
        pytest.param(lambda f: edit_spec(f, format=3, brand_new=1), "model_version", "format 3",
                     id="a newer format, whatever else it holds"),
        pytest.param(lambda f: edit_spec(f, task="multilabel"), "model_invalid", "multilabel",
                     id="a task that the page does not show"),
        pytest.param(lambda f: (f / "spec.json").write_text("{"), "model_invalid", "spec.json",
                     id="a broken spec"),
        pytest.param(lambda f: instead(f / "spec.json", os.mkfifo), "model_unsafe", "spec.json",
                     id="a pipe, which would wait for ever"),
        pytest.param(lambda f: instead(f / "model.bin", os.mkfifo), "model_unsafe", "model.bin",
                     id="a pipe for the weights"),
        pytest.param(lambda f: os.truncate(f / "spec.json", 6 * 2**30), "model_invalid",
                     "larger than 1 MiB", id="a description of 6 GiB"),
        pytest.param(lambda f: edit_spec(f, gate={"files": [], "limits": {}}), "model_invalid",
                     "gate", id="a gate that nobody would keep"),
    ],
)  # fmt: skip
def test_an_unusable_bundle_says_what_and_how_to_mend_it(
    folder: Path, edit: Callable[[Path], object], code: str, named: str
):
    edit(folder)

    with pytest.raises(BundleError) as caught:
        load_bundle(folder)

    assert caught.value.code == code
    assert named in str(caught.value)
    _, mend = str(caught.value).rsplit(". ", 1)  # the last sentence says how to mend it
    assert mend.startswith(("Train", "Copy", "Update", "Use"))


def rewritten(folder: Path, name: str, data: bytes) -> None:
    """Replace a file and its hash: what somebody could do who wants to deceive."""
    (folder / name).write_bytes(data)
    spec = json.loads((folder / "spec.json").read_text())
    spec["files"][name] = hashlib.sha256(data).hexdigest()
    (folder / "spec.json").write_text(json.dumps(spec))


def test_a_pickled_head_is_not_unpickled(folder: Path):
    pickled = folder.parent / "pickled.npz"
    np.savez(pickled, pooling=np.array([object()], dtype=object))
    rewritten(folder, "head.npz", pickled.read_bytes())

    with pytest.raises(BundleError, match=r"head\.npz"):
        open_bundle(folder)


def test_weights_that_are_not_numbers_give_no_film_a_number(folder: Path):
    with np.load(folder / "head.npz") as head:
        kernel = head["kernel0"].astype("<f4")
    weights = (folder / "model.bin").read_bytes()
    # The exporter may store the kernel either way round.
    stored = next(k for k in (kernel.tobytes(), kernel.T.tobytes()) if k in weights)
    fresh = np.full(kernel.shape, np.nan, "<f4").tobytes()
    rewritten(folder, "model.bin", weights.replace(stored, fresh))
    prediction = Prediction(load_bundle(folder))

    with pytest.raises(Rejected) as caught:
        prediction.classify_image(film(1, (300, 200)))

    assert caught.value.code is Code.ENGINE_FAILED


def test_a_graph_that_openvino_cannot_read_is_refused(folder: Path):
    rewritten(folder, "model.xml", b"<net/>")

    with pytest.raises(BundleError, match=r"model\.xml"):
        Prediction(load_bundle(folder))


@pytest.mark.parametrize(
    "decision",
    [
        pytest.param({"temperature": 1e-310}, id="a temperature that makes infinities"),
        pytest.param({"bias": [0.0, 1.7e308]}, id="a bias beyond all logits"),
    ],
)
def test_a_decision_whose_numbers_end_in_nan_is_refused(folder: Path, decision: dict):
    spec = json.loads((folder / "spec.json").read_text())
    edit_spec(folder, decision={**spec["decision"], **decision})

    with pytest.raises(BundleError, match="decision"):
        load_bundle(folder)


@pytest.mark.parametrize("text", [b"\xff\xfe", b"a\0b", b"../elsewhere", b""])
def test_a_default_that_is_no_name_is_said(text: bytes, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("CXR_MODEL", raising=False)
    monkeypatch.setattr("cxr_app.bundle.MODELS", tmp_path)
    (tmp_path / "DEFAULT").write_bytes(text)

    with pytest.raises(BundleError) as caught:
        load_bundle()

    assert caught.value.code == "model_missing"


class TestFormat1:
    """A model that finds no lungs and refuses nothing: as before there was another format."""

    def test_it_is_read(self, tiny_bundle: Path):
        bundle = load_bundle(tiny_bundle)

        assert (bundle.spec.format, bundle.spec.lungs, bundle.examiner) == (1, None, None)

    def test_it_is_written_byte_for_byte_as_it_was(self, tiny_bundle: Path):
        data = (tiny_bundle / "spec.json").read_bytes()

        assert spec_bytes(parse_spec(data)) == data
        assert b"lungs" not in data

    def test_a_film_has_no_examination(self, tiny_bundle: Path):
        prediction = Prediction(load_bundle(tiny_bundle))

        assert prediction.see(np.zeros((512, 512), np.uint8)).evidence is None
        assert prediction.classify_image(film(1, (300, 240))).warnings == ()


class TestFormat2:
    """A model that finds lungs, and a gate that rests on them."""

    @pytest.fixture
    def folder(self, gated_bundle: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(gated_bundle, tmp_path / "bundle"))

    def test_it_is_read_with_its_examiner(self, gated_bundle: Path):
        bundle = load_bundle(gated_bundle)

        assert bundle.spec.format == 2
        assert bundle.examiner is not None
        assert bundle.examiner.gate.chest_from == LIMITS["chest"]

    def test_what_is_written_is_read_again(self, gated_bundle: Path):
        data = (gated_bundle / "spec.json").read_bytes()

        assert spec_bytes(parse_spec(data)) == data

    def test_a_film_passes_and_lights_of_the_night_do_not(self, gated_bundle: Path):
        prediction = Prediction(load_bundle(gated_bundle))

        assert prediction.classify_image(film(1, (300, 240))).warnings == ()
        night = np.random.default_rng(0).integers(0, 9, (300, 300)).astype(np.uint8)
        night[::13] = np.linspace(0, 255, 300).astype(np.uint8)  # it has contrast, and is dark
        with pytest.raises(Rejected) as caught:
            prediction.classify_image(night)
        assert caught.value.code is Code.NOT_A_CHEST_FILM

    def test_a_bundle_between_its_two_trainings_is_opened_and_does_not_serve(self, folder: Path):
        without_gate(folder)

        assert open_bundle(folder).examiner is None
        with pytest.raises(BundleError, match="python -m training gate") as caught:
            load_bundle(folder)
        assert caught.value.code is Code.MODEL_INVALID

    @pytest.mark.parametrize(
        ("edit", "code", "named"),
        [
            pytest.param(lambda f: flip_a_bit(f / "gate.npz"), "model_changed", "gate.npz",
                         id="one bit of the gate"),
            pytest.param(lambda f: os.truncate(f / "gate.npz", 1000), "model_changed", "gate.npz",
                         id="half a gate"),
            pytest.param(lambda f: (f / "gate.npz").unlink(), "model_changed", "gate.npz",
                         id="no gate"),
            pytest.param(lambda f: flip_a_bit(f / "orientation.npz"), "model_changed",
                         "orientation.npz", id="one bit of the orientation"),
            pytest.param(lambda f: os.truncate(f / "orientation.npz", 0), "model_changed",
                         "orientation.npz", id="an empty orientation"),
            pytest.param(lambda f: flip_a_bit(f / "lungs.bin"), "model_changed", "lungs.bin",
                         id="one bit of the lungs' weights"),
            pytest.param(lambda f: flip_a_bit(f / "lungs.xml"), "model_changed", "lungs.xml",
                         id="one bit of the lungs' graph"),
            pytest.param(lambda f: edit_spec(f, lungs=None), "model_invalid",
                         "format: 2 needs lungs",
                         id="format 2 without lungs"),
            pytest.param(lambda f: edit_spec(f, format=1), "model_invalid",
                         "format: 1 has no lungs",
                         id="format 1 with lungs"),
            pytest.param(lambda f: edit_spec(f, format=3), "model_version", "format 3",
                         id="a format to come"),
            pytest.param(lambda f: edit_spec(f, lungs={"side": 64, "films": 1, "dice": {}}),
                         "model_invalid", "lungs.side: must be 128", id="a map of another size"),
            pytest.param(lambda f: edit_spec(f, gate=None), "model_invalid", "gate",
                         id="a gate that is not described"),
            pytest.param(lambda f: forget(f, "lungs.bin"), "model_invalid", "lacks lungs.bin",
                         id="lungs that nobody vouches for"),
            pytest.param(lambda f: forget(f, "orientation.npz"), "model_invalid",
                         "lacks orientation.npz", id="an orientation that nobody vouches for"),
        ],
    )  # fmt: skip
    def test_a_damaged_one_says_what_and_how_to_mend_it(
        self, folder: Path, edit: Callable[[Path], object], code: str, named: str
    ):
        edit(folder)

        with pytest.raises(BundleError) as caught:
            load_bundle(folder)

        assert caught.value.code == code
        assert named in str(caught.value)

    @pytest.mark.parametrize("limit", LIMITS)
    def test_every_limit_must_be_there(self, folder: Path, limit: str):
        left = {name: value for name, value in LIMITS.items() if name != limit}
        edit_spec(folder, gate={"files": ["gate.npz", "orientation.npz"], "limits": left})

        with pytest.raises(BundleError, match=r"do not fit spec\.json"):
            load_bundle(folder)

    def test_a_limit_that_is_no_number_is_refused(self, folder: Path):
        """No probability is below it: nothing would be refused."""
        limits = {**LIMITS, "chest": float("nan")}
        edit_spec(folder, gate={"files": ["gate.npz", "orientation.npz"], "limits": limits})

        with pytest.raises(BundleError, match="limits"):
            load_bundle(folder)

    @pytest.mark.parametrize(
        ("name", "arrays"),
        [
            ("gate.npz", {**gate_arrays(), "kinds.names": np.array(["cat"] * 9)}),
            ("gate.npz", {**gate_arrays(), "kinds.weights": np.full((362, 9), np.nan)}),
            ("gate.npz", {"centre": np.zeros(362)}),
            ("gate.npz", {}),
            ("orientation.npz", {**orientation_arrays(), "turn.names": np.array(["0"] * 4)}),
            ("orientation.npz", {**orientation_arrays(), "tone.scale": np.zeros(346)}),
            ("orientation.npz", gate_arrays()),
        ],
        ids=[
            "unknown kinds",
            "weights that are no numbers",
            "a gate without kinds",
            "nothing in a gate",
            "unknown turns",
            "a division by zero",
            "a gate in place of the orientation",
        ],
    )
    def test_what_cannot_answer_is_refused(self, folder: Path, name: str, arrays: dict):
        rewritten(folder, name, packed(arrays))

        with pytest.raises(BundleError) as caught:
            open_bundle(folder)

        assert caught.value.code is Code.MODEL_INVALID
        assert "do not fit spec.json" in str(caught.value)

    @pytest.mark.parametrize("name", ["gate.npz", "orientation.npz"])
    def test_a_pickle_is_not_unpickled(self, folder: Path, name: str):
        before = gate_arrays() if name == "gate.npz" else orientation_arrays()
        prefix = "kinds" if name == "gate.npz" else "turn"
        pickled = io.BytesIO()
        names = np.array([Alarm() for _ in before[f"{prefix}.names"]], dtype=object)
        np.savez(pickled, **{**before, f"{prefix}.names": names})
        rewritten(folder, name, pickled.getvalue())

        with pytest.raises(BundleError) as caught:
            open_bundle(folder)

        assert caught.value.code is Code.MODEL_INVALID

    def test_any_damage_that_somebody_vouches_for_is_refused_or_read(self, folder: Path):
        """Whatever NumPy and zipfile make of it, there is no other exception."""
        compressed = io.BytesIO()
        np.savez_compressed(compressed, **orientation_arrays())
        whole = compressed.getvalue()
        for seed in range(200):
            rewritten(folder, "orientation.npz", flip(whole, seed))
            with suppress(BundleError):
                open_bundle(folder)

    def test_a_graph_of_lungs_that_openvino_cannot_read_is_refused(self, folder: Path):
        rewritten(folder, "lungs.xml", b"<net/>")

        with pytest.raises(BundleError, match=r"lungs\.xml"):
            Prediction(load_bundle(folder))


class Alarm:
    """Goes off when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was run",)


def forget(folder: Path, name: str) -> None:
    """Take a file out of the description, not out of the folder."""
    spec = json.loads((folder / "spec.json").read_text())
    del spec["files"][name]
    (folder / "spec.json").write_text(json.dumps(spec))
