"""What a user points at becomes bytes, or a code."""

import os
from pathlib import Path

import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.limits import Limits
from cxr_app.sources import FileSource, UploadSource, find_sources


def names(*given: str, **options: Path) -> list[str]:
    return [source.name for source in find_sources(list(given), **options)]


def code_of(path: Path, limits: Limits | None = None) -> Code:
    with pytest.raises(Rejected) as caught:
        FileSource(path, path.name).read(limits or Limits())
    return caught.value.code


def test_a_folder_stands_for_its_files_sorted_without_hidden_ones(tmp_path, monkeypatch):
    for name in ("b.png", "a.txt", ".hidden", "in/c", "in/.d/e", "in/.f"):
        (tmp_path / "films" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "films" / name).write_bytes(b"x")
    monkeypatch.chdir(tmp_path)

    assert names("films") == ["films/a.txt", "films/b.png", "films/in/c"]
    assert names("films/") == ["films/a.txt", "films/b.png", "films/in/c"]


def test_links_to_folders_are_not_followed(tmp_path, monkeypatch):
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "loop").symlink_to(tmp_path / "films")
    (tmp_path / "films" / "film").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)

    assert names("films") == ["films/film"]


def test_the_programs_own_output_is_never_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a").write_bytes(b"x")
    Path("out.csv").write_bytes(b"x")

    assert names(".", leave_out=Path("out.csv")) == ["./a"]


def test_equal_sources_are_two(tmp_path):
    film = tmp_path / "film"
    film.write_bytes(b"x")

    assert names(str(film), str(film)) == [str(film)] * 2


def test_what_is_not_there_says_so(tmp_path):
    assert code_of(tmp_path / "none") is Code.NOT_FOUND
    assert code_of(tmp_path / ("long" * 100)) is Code.NO_ACCESS


def test_a_name_with_a_zero_byte_cannot_be_read():
    assert code_of(Path("a\0b")) is Code.NO_ACCESS


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert code_of(tmp_path / "pipe") is Code.NO_ACCESS


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_an_endless_device_is_not_read(tmp_path):
    (tmp_path / "link").symlink_to("/dev/zero")

    assert code_of(tmp_path / "link") is Code.NO_ACCESS


def test_a_file_at_the_cap_is_read_and_one_byte_more_is_not(tmp_path):
    film = tmp_path / "film"
    film.write_bytes(b"x" * 2000)

    assert len(FileSource(film, "film").read(Limits(max_bytes=2000))) == 2000
    assert code_of(film, Limits(max_bytes=1999)) is Code.TOO_LARGE_BYTES


def test_an_upload_has_the_same_cap():
    with pytest.raises(Rejected, match="larger than 1 MB"):
        UploadSource("film", b"x" * (2**20 + 1)).read(Limits(max_bytes=2**20))
