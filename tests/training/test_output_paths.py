"""Where a verb may write."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxr_app.codes import Code
from training import output_paths as outputs
from training.errors import TrainingError
from training.output_paths import SPARE, check_output, check_room, put


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("data", id="the very folder"),
        pytest.param("data/train/report", id="inside it"),
        pytest.param("report/../data/x", id="inside it, by a detour"),
        pytest.param("link/x", id="inside it, by a link"),
        pytest.param(".", id="around it"),
    ],
)
def test_an_output_lies_apart_from_what_is_read(tmp_path: Path, output: str):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    inputs = (tmp_path / "model", tmp_path / "data")

    with pytest.raises(TrainingError, match="--errors must lie apart from the films") as refused:
        check_output(tmp_path / output, inputs=inputs, option="--errors")

    assert refused.value.code is Code.USAGE
    check_output(tmp_path / "database", inputs=inputs)


@pytest.mark.parametrize("place", ["maps", "docs/../maps", ".venv/maps", "runs", "link/maps"])
def test_pictures_of_films_do_not_go_into_the_repository(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outputs, "REPOSITORY", tmp_path / "checkout")
    (tmp_path / "checkout" / "docs").mkdir(parents=True)
    (tmp_path / "checkout" / "link").symlink_to(tmp_path / "checkout" / "docs")

    with pytest.raises(TrainingError, match="outside the repository, or below its runs/"):
        check_output(tmp_path / "checkout" / place, inputs=(), shows_films=True)
    check_output(tmp_path / "checkout" / "maps", inputs=())


def test_pictures_of_films_may_lie_elsewhere_and_below_runs_which_git_ignores(tmp_path: Path):
    assert "runs/" in (outputs.REPOSITORY / ".gitignore").read_text().splitlines()
    check_output(outputs.REPOSITORY / "runs" / "new maps", inputs=(), shows_films=True)
    check_output(tmp_path / "maps", inputs=(), shows_films=True)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        pytest.param("file/new/report", "path to report is a file", id="below a file"),
        pytest.param("file", "file is there already; name another --output", id="over a file"),
        pytest.param("empty", "empty is there already", id="over a folder"),
        pytest.param("nowhere", "nowhere is there already", id="over a broken link"),
    ],
)
def test_nothing_is_written_over(output: str, reason: str, tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")

    with pytest.raises(TrainingError, match=reason):
        check_output(tmp_path / output, inputs=())


def test_an_earlier_output_is_replaced_where_that_is_asked_for_and_nothing_else(tmp_path: Path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "spec.json").write_text("{}")
    (tmp_path / "link").symlink_to(tmp_path / "model")
    (tmp_path / "thesis").mkdir()

    check_output(tmp_path / "model", inputs=(), marker="spec.json", is_replacing=True)
    with pytest.raises(TrainingError, match="or add --replace"):
        check_output(tmp_path / "model", inputs=(), marker="spec.json")
    for name in ("thesis", "link"):
        with pytest.raises(TrainingError, match="not written by this command"):
            check_output(tmp_path / name, inputs=(), marker="spec.json", is_replacing=True)


def test_nothing_is_begun_that_would_not_fit_onto_the_disk(tmp_path: Path, monkeypatch):
    free = SPARE + 100
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))

    check_room(tmp_path / "new" / "bundle", n_bytes=100)
    with pytest.raises(TrainingError, match="64 MiB are free and 65 MiB are needed") as caught:
        check_room(tmp_path / "new" / "bundle", n_bytes=2**20)

    assert caught.value.code == "output_failed"


def folder_with(place: Path, text: str) -> Path:
    place.mkdir()
    (place / "page").write_text(text)
    return place


def test_a_finished_folder_takes_the_place_of_what_was_there(tmp_path: Path):
    target = folder_with(tmp_path / "report", "old")

    put(folder_with(tmp_path / ".new", "new"), target)

    assert (target / "page").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_what_was_there_comes_back_where_the_new_folder_cannot_be_moved(tmp_path: Path):
    target = folder_with(tmp_path / "report", "old")

    with pytest.raises(FileNotFoundError):
        put(tmp_path / "nothing", target)

    assert (target / "page").read_text() == "old"


def test_a_kill_between_the_renames_leaves_what_was_there_where_it_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    class Killed(BaseException):
        pass

    target, rename = folder_with(tmp_path / "report", "old"), Path.rename

    def renamed_until(self: Path, to: Path) -> Path:
        if self.name == ".new":
            raise Killed
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", renamed_until)
    with pytest.raises(Killed):
        put(folder_with(tmp_path / ".new", "new"), target, aside=tmp_path / ".report.old")

    assert (tmp_path / ".report.old" / "page").read_text() == "old"
