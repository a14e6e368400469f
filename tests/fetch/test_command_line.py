"""An address on the command line is a source like any other."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_app.cli import main
from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.drawing import draw_png
from cxr_app.limits import Limits
from cxr_app.sources import FileSource, UrlSource, find_sources
from tests.fetch.servers import PNG, reply

ROOT = Path(__file__).parents[2]
MARKER = "ZZMARKER"


class Fake:
    """Fetches nothing."""

    def fetch(self, text: str, limits: Limits) -> bytes:
        return text.encode()


def find(*given: str) -> list[object]:
    return list(find_sources(list(given), open_fetcher=Fake))


@pytest.mark.parametrize("text", ["http://a.org/x", "HTTPS://a.org/x", "ftp://a.org", "file:///x"])
def test_letters_and_two_slashes_make_an_address(text: str):
    (source,) = find(text)

    assert isinstance(source, UrlSource)
    assert source.read(Limits()) == text.encode()


@pytest.mark.parametrize("text", ["data:image/png,x", "javascript:x", "a.png", "//a.org/x", "://"])
def test_anything_else_is_a_path(text: str):
    (source,) = find(text)

    assert isinstance(source, FileSource)


def test_blanks_around_an_address_are_taken_off():
    (source,) = find(" https://a.org/x.png\n")

    assert (source.name, source.read(Limits())) == ("https://a.org/x.png", b"https://a.org/x.png")


def test_a_missing_https_is_said():
    (bare,), (path,) = find("www.a.org/x.png"), find("a.org/films/x.png")

    assert isinstance(bare, UrlSource)  # the fetcher says what its address lacks
    with pytest.raises(Rejected) as caught:
        path.read(Limits())
    assert caught.value.code is Code.NOT_FOUND
    assert "put https:// before a web address" in str(caught.value)


def test_a_file_may_be_called_like_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("www.png").write_bytes(PNG)
    (source,) = find("www.png")

    assert isinstance(source, FileSource)


def test_equal_addresses_are_two_sources():
    assert [source.name for source in find("http://a.org/x", "http://a.org/x")] == [
        "http://a.org/x"
    ] * 2


def test_nothing_is_opened_for_files_alone():
    def never() -> Fake:
        raise AssertionError

    assert len(list(find_sources(["a.png", "b.png"], open_fetcher=never))) == 2


@pytest.fixture
def films(tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with two films."""
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "c.png"):
        (tmp_path / name).write_bytes(draw_png(0, size=(300, 240)))
    return tmp_path


def records(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_address_that_is_refused_costs_no_film_its_answer(films, capsys):
    assert (
        main(["predict", "a.png", "http://127.0.0.1:8080/b.png", "c.png", "--format", "jsonl"]) == 0
    )

    found = records(capsys)
    assert [record["source"] for record in found] == [
        "a.png", "http://127.0.0.1:8080/b.png", "c.png",
    ]  # fmt: skip
    assert [record["code"] for record in found] == [None, "url_private_address", None]
    assert [record["item"] for record in found] == [1, 2, 3]
    assert found[0]["confidences"] == found[2]["confidences"]


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_f44_no_output_holds_a_secret(films, capfd, form: str):
    url = f"http://user:{MARKER}@127.0.0.1/a.png?token={MARKER}#{MARKER}"

    main(["predict", "a.png", url, "--format", form])

    said = capfd.readouterr()
    assert MARKER not in said.out + said.err
    assert "http://***@127.0.0.1/a.png?***" in said.out
    assert sorted(path.name for path in films.iterdir()) == ["a.png", "c.png"]


def test_a_run_of_files_does_not_wait_for_the_libraries_that_fetch(films):
    program = (
        "import sys; from cxr_app.cli import main; main(['predict', 'a.png', '--output', 'o']); "
        "print({'urllib3', 'idna', 'certifi'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=films,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.strip() == "set()"


def free_place() -> tuple[str, int]:
    """Find a place on this machine with a port that may be asked for."""
    for host in ("127.83.21.7", "127.0.0.1"):
        for port in (8080, 8443):
            try:
                with socket.create_server((host, port)):
                    return host, port
            except OSError:
                continue
    pytest.skip("ports 8080 and 8443 are taken")


def test_a_network_that_is_allowed_is_fetched_from_like_a_file(films, serve, capsys, monkeypatch):
    host, port = free_place()
    serve(reply(PNG, "Content-Type: text/html"), place=(host, port))
    monkeypatch.setenv("CXR_URL_ALLOW", f"{host}/32")
    Path("b.png").write_bytes(PNG)

    main(["predict", f"http://{host}:{port}/b.png", "b.png", "--format", "jsonl"])

    url, file = records(capsys)
    assert url["source"] == f"http://{host}:{port}/b.png"
    changing = {"source": "", "item": 0, "seconds": 0, "time": "", "warnings": []}
    assert {**url, **changing} == {**file, **changing}
    assert file["warnings"] == [*url["warnings"], "duplicate"]
