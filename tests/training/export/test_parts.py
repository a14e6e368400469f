"""Parts that are added to a finished bundle: all of them, or none."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cxr_app.bundle import Bundle, load_bundle, open_bundle
from cxr_app.errors import BundleError
from cxr_app.spec import LungsSpec, Spec
from tests.bundles import drawn_lungs, lungs_graph
from training.errors import TrainingError
from training.export import parts as module
from training.export.bundle import bring_back
from training.export.parts import add_parts

LUNGS = lungs_graph(drawn_lungs())


class Killed(BaseException):
    """Stands for a kill."""


def kill(*arguments: object, **options: object) -> None:
    raise Killed


def with_lungs(spec: Spec) -> Spec:
    return replace(spec, format=2, lungs=LungsSpec(side=128, films=1, dice={"children": 0.9}))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Bundle:
    folder = Path(shutil.copytree(tiny_bundle, tmp_path / "models" / "own"))
    (folder / "report").mkdir()
    (folder / "report" / "card.md").write_text("the card")
    return open_bundle(folder)


def test_files_description_and_report_are_those_of_the_new_bundle(bundle: Bundle):
    def report(made: Bundle) -> None:
        (made.folder / "report" / "lungs.json").write_text("[]")

    before = tree(bundle.folder)

    new = add_parts(bundle, LUNGS, with_lungs, report=report)

    after = tree(bundle.folder)
    assert after.keys() - before.keys() == {"lungs.xml", "lungs.bin", "report/lungs.json"}
    assert {name for name in before if after[name] != before[name]} == {"spec.json"}
    assert {name: new.read(name) for name in LUNGS} == LUNGS
    assert new.spec.lungs == with_lungs(bundle.spec).lungs
    assert new.sha256 != bundle.sha256
    assert new.sha256 == open_bundle(bundle.folder).sha256
    assert [path.name for path in bundle.folder.parent.iterdir()] == ["own"]


def test_a_file_of_the_same_name_is_replaced(bundle: Bundle):
    add_parts(bundle, LUNGS, with_lungs)
    other = lungs_graph(drawn_lungs() / 2)

    new = add_parts(open_bundle(bundle.folder), other, lambda spec: spec)

    assert new.read("lungs.bin") == other["lungs.bin"] != LUNGS["lungs.bin"]


def test_files_are_taken_out_with_their_hashes(bundle: Bundle):
    with_them = add_parts(bundle, LUNGS, with_lungs)

    new = add_parts(
        with_them,
        {},
        lambda spec: replace(spec, format=1, lungs=None),
        without=(*LUNGS, "never-there.npz"),
    )

    assert new.sha256 == bundle.sha256
    assert not (bundle.folder / "lungs.xml").exists()


def not_fitting(spec: Spec) -> Spec:
    return replace(spec, lungs=LungsSpec(side=64, films=1, dice={}), format=2)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        pytest.param({"change": not_fitting}, BundleError, id="parts that do not fit"),
        pytest.param({"change": kill}, Killed, id="a kill while it is described"),
        pytest.param({"report": kill}, Killed, id="a kill while its report is written"),
    ],
)
def test_whatever_goes_wrong_the_old_bundle_stays(
    bundle: Bundle, options: dict[str, Any], error: type[BaseException]
):
    before = tree(bundle.folder)

    with pytest.raises(error):
        add_parts(bundle, LUNGS, **{"change": with_lungs, **options})

    assert tree(bundle.folder) == before
    assert [path.name for path in bundle.folder.parent.iterdir()] == ["own"]


@pytest.mark.parametrize("step", ["open_bundle", "put", "spec_bytes"])
def test_a_kill_at_any_step_leaves_the_old_bundle_whole(bundle: Bundle, monkeypatch, step: str):
    before = tree(bundle.folder)
    monkeypatch.setattr(module, step, kill)

    with pytest.raises(Killed):
        add_parts(bundle, LUNGS, with_lungs)

    assert tree(bundle.folder) == before
    assert [path.name for path in bundle.folder.parent.iterdir()] == ["own"]


def test_a_kill_between_the_renames_is_undone_by_the_next_export(bundle: Bundle, monkeypatch):
    rename, renamed = Path.rename, []

    def rename_once(path: Path, target: Path) -> Path:
        if renamed:
            raise Killed
        renamed.append(path)
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename_once)
        with pytest.raises(Killed):
            add_parts(bundle, LUNGS, with_lungs)
    assert not bundle.folder.exists()
    assert load_bundle(bundle.folder.with_name(".own.old")).sha256 == bundle.sha256

    bring_back(bundle.folder)

    assert load_bundle(bundle.folder).sha256 == bundle.sha256


def test_a_disk_without_room_is_told_before_anything_is_written(bundle: Bundle, monkeypatch):
    monkeypatch.setattr("training.output_paths.SPARE", 2**60)

    with pytest.raises(TrainingError, match="MiB"):
        add_parts(bundle, LUNGS, with_lungs)

    assert [path.name for path in bundle.folder.parent.iterdir()] == ["own"]
