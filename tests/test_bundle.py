"""A bundle that does not verify is not loaded."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.bundle import open_bundle
from cxr_app.codes import Code
from cxr_app.errors import BundleError, Rejected
from tests.makers import film


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
