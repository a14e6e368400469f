"""The models at hand: valid ones, the others with their code, and when they are looked at anew."""

import shutil
from pathlib import Path

import pytest

from cxr_app import shelf
from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.errors import BundleError


def test_folders_are_listed_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "DEFAULT").write_text("a", "utf-8")
    monkeypatch.setattr(shelf, "MODELS", tmp_path)

    assert [one.name for one in shelf.folders()] == ["a", "b"]


def test_where_there_is_no_folder_of_models_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shelf, "MODELS", tmp_path / "none")

    assert shelf.folders() == ()


def test_a_model_is_valid_or_has_its_code(tiny_bundle: Path, tmp_path: Path):
    changed = tmp_path / "changed"
    shutil.copytree(tiny_bundle, changed)
    (changed / "model.bin").write_bytes(b"x")

    good, bad = shelf.look(tiny_bundle), shelf.look(changed)

    assert isinstance(good.found, Bundle)
    assert isinstance(bad.found, BundleError)
    assert bad.found.code is Code.MODEL_CHANGED


def test_a_change_of_a_file_changes_the_stamp(tmp_path: Path):
    (tmp_path / "spec.json").write_text("{}", "utf-8")
    before = shelf.stamp(tmp_path)

    (tmp_path / "spec.json").write_text("{} ", "utf-8")

    assert shelf.stamp(tmp_path) != before
    assert shelf.stamp(tmp_path / "none") == ()
