"""python -m cxr_app predict: one record for each source, always."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cxr_app.cli import main
from cxr_app.imaging.drawing import draw_film, draw_png
from cxr_app.records import Record

FIELDS = [
    "item", "source", "status", "code", "message", "label", "confidence", "confidences",
    "threshold", "zone", "warnings", "facts", "model", "engine", "precision", "seconds", "time",
    "notice",
]  # fmt: skip


PNG = draw_png(0, size=(300, 240))
JPEG = io.BytesIO()
Image.fromarray(draw_film(1, size=(256, 256)).pixels).save(JPEG, "JPEG")


@pytest.fixture
def films(tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with three sources, the second of which is no picture."""
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "a.png").write_bytes(PNG)
    (folder / "b.txt").write_text("hello")
    (folder / "c").write_bytes(JPEG.getvalue())
    return folder


def records(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_record_has_these_fields_in_this_order():
    assert list(Record.__slots__) == FIELDS


def test_every_source_gets_one_record_in_order(films, capsys):
    status = main(["predict", "films", "nothing", "--format", "jsonl"])

    found = records(capsys)
    assert status == 0
    assert [r["source"] for r in found] == ["films/a.png", "films/b.txt", "films/c", "nothing"]
    assert [r["item"] for r in found] == [1, 2, 3, 4]
    assert [r["code"] for r in found] == [None, "not_an_image", None, "not_found"]
    assert all(list(r) == FIELDS for r in found)


def test_a_rejected_source_has_a_sentence_and_no_number(films, capsys):
    main(["predict", "films/b.txt", "--format", "jsonl"])

    (record,) = records(capsys)
    assert record["message"] == "This file is not an image. Choose the film itself."
    numbers = ("label", "confidence", "confidences", "threshold", "zone")
    assert [record[name] for name in numbers] == [None] * 5


def test_an_answer_says_what_the_file_is_and_which_model_answered(films, tiny_bundle, capsys):
    main(["predict", "films/a.png", "--format", "jsonl"])

    (record,) = records(capsys)
    assert (record["facts"]["format"], record["facts"]["width"], record["facts"]["height"]) == (
        "PNG", 300, 240,
    )  # fmt: skip
    assert record["model"]["name"] == "tiny"
    assert record["engine"].startswith("openvino 20")
    assert record["precision"] == "f32"
    assert "not for diagnosis" in record["notice"]
    assert record["confidences"][record["label"]] == record["confidence"]


def test_a_bad_neighbour_changes_nothing(films, capsys):
    main(["predict", "films", "--format", "jsonl"])
    with_neighbours = {r["source"]: r["confidences"] for r in records(capsys)}
    main(["predict", "films/a.png", "films/c", "--format", "jsonl"])
    alone = {r["source"]: r["confidences"] for r in records(capsys)}

    assert all(with_neighbours[source] == alone[source] for source in alone)


def test_strict_makes_a_rejection_exit_1(films):
    assert main(["predict", "films", "--strict", "--output", "o"]) == 1
    assert main(["predict", "films/a.png", "--strict", "--output", "o"]) == 0


def test_an_empty_folder_among_others_has_its_record(films, capsys):
    Path("empty/below").mkdir(parents=True)

    assert main(["predict", "empty", "films", "--format", "jsonl"]) == 0

    empty, *others = records(capsys)
    assert (empty["source"], empty["status"], empty["code"]) == ("empty", "rejected", "not_found")
    assert len(others) == 3


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_no_control_character_of_a_name_reaches_the_terminal(films, capsys, form: str):
    Path("\x1b[2Ja\r.png").write_bytes(b"no film")

    main(["predict", "\x1b[2Ja\r.png", "--format", form])

    out = capsys.readouterr().out.replace("\r\n", "\n")
    assert [letter for letter in out if letter != "\n" and not letter.isprintable()] == []
    assert "[2Ja" in out


def test_a_table_shows_label_percentage_caveats_and_the_notice(films, capsys):
    main(["predict", "films"])

    out = capsys.readouterr().out
    assert "%" in out
    assert "not_an_image: This file is not an image" in out
    assert "not for diagnosis" in out


def test_csv_is_read_by_an_independent_reader(films, capsys):
    Path("=films").symlink_to("films")
    Path("=evil()").write_text("no film")

    main(["predict", "=evil()", "films/a.png", "--format", "csv"])

    first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert first["source"] == "'=evil()"
    assert (second["source"], second["status"]) == ("films/a.png", "ok")


def test_json_lines_hold_strange_names_on_one_line(films, capsys):
    strange = "a\u2028b\x1b[31m\n"
    Path(strange).write_bytes(b"")

    main(["predict", strange, "--format", "jsonl"])

    (record,) = records(capsys)
    assert (record["source"], record["code"]) == (strange, "empty")


def test_a_terminal_is_not_given_orders(films, capsys):
    Path("red\x1b[31m").write_bytes(b"")

    main(["predict", "red\x1b[31m"])

    assert "\x1b" not in capsys.readouterr().out


def test_a_name_that_is_not_utf8_is_shown_escaped(films, capsys):
    name = os.fsdecode(b"film\xff.png")
    Path(name).write_bytes(PNG)

    for form in ("table", "csv", "jsonl"):
        assert main(["predict", name, "--format", form, "--output", f"out.{form}"]) == 0
        assert b"film" in Path(f"out.{form}").read_bytes()


class TestOutput:
    """A file appears whole, at the end."""

    def test_it_replaces_an_old_one(self, films):
        Path("out.jsonl").write_text("old")

        main(["predict", "films", "--format", "jsonl", "--output", "out.jsonl"])

        assert len(Path("out.jsonl").read_text().splitlines()) == 3

    def test_it_is_never_read_as_a_source(self, films):
        main(["predict", "films", "--format", "jsonl", "--output", "films/z.jsonl"])

        assert len(Path("films/z.jsonl").read_text().splitlines()) == 3

    def test_a_film_that_is_to_be_read_is_not_written_over(self, films, capsys):
        assert main(["predict", "films/a.png", "--output", "films/a.png"]) == 2
        assert "one of the sources" in capsys.readouterr().err
        assert Path("films/a.png").read_bytes() == PNG

    def test_a_pipe_is_not_replaced_by_a_file(self, films, capsys):
        os.mkfifo("pipe")

        assert main(["predict", "films", "--output", "pipe"]) == 2
        assert Path("pipe").is_fifo()

    def test_a_folder_cannot_be_written(self, films, capsys):
        assert main(["predict", "films", "--output", "films"]) == 2
        assert "output_failed" in capsys.readouterr().err

    def test_nor_a_place_that_is_not_there(self, films, capsys):
        assert main(["predict", "films", "--output", "no/where"]) == 2
        assert "output_failed" in capsys.readouterr().err


class TestNotAbleToRun:
    """Exit 2, one sentence with cause and mend, and no answer."""

    def test_no_model(self, films, capsys):
        assert main(["predict", "films", "--model", "nowhere"]) == 2

        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("model_missing: ")
        assert len(captured.err.splitlines()) == 1

    @pytest.mark.parametrize(
        "setting",
        [("CXR_MAX_BYTES", "64MB"), ("CXR_MAX_PIXELS", "-1"), ("CXR_ENGINE", "abacus")],
    )
    def test_a_wrong_setting(self, films, capsys, monkeypatch, setting):
        name, value = setting
        monkeypatch.setenv(name, value)

        assert main(["predict", "films"]) == 2
        assert name in capsys.readouterr().err

    def test_wrong_usage(self, films):
        with pytest.raises(SystemExit) as caught:
            main(["predict"])

        assert caught.value.code == 2


def run(*arguments: str, **options: object) -> subprocess.Popen:
    root = Path(__file__).parent.parent
    return subprocess.Popen(
        [sys.executable, "-m", "cxr_app", *arguments],
        env={**os.environ, "PYTHONPATH": str(root)},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )


def test_ctrl_c_leaves_a_record_for_every_source(films):
    for place in range(400):
        (films / f"d{place:03}.png").write_bytes(PNG)

    with run("predict", "films", "--format", "jsonl") as process:
        first = process.stdout.readline()  # the first record is out: the run is on its way
        process.send_signal(signal.SIGINT)
        out, err = process.stdout.read(), process.stderr.read()

    found = [json.loads(line) for line in (first + out).splitlines()]
    assert process.returncode == 130
    assert [r["item"] for r in found] == list(range(1, 404))
    codes = [r["code"] for r in found]
    assert codes[-1] == "cancelled"
    assert codes == sorted(codes, key=lambda code: code == "cancelled")
    assert b"Traceback" not in err


def test_a_closed_pipe_ends_quietly(films):
    for place in range(200):
        (films / f"d{place:03}.txt").write_text("no film" * 50)

    with run("predict", "films", "--format", "jsonl") as process:
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()

    assert process.returncode == 0
    assert err == b""


def test_a_name_that_no_file_can_have_costs_no_other_film(films, capsys):
    assert main(["predict", "x" * 300, "films/a.png", "--format", "jsonl"]) == 0

    assert [r["code"] for r in records(capsys)] == ["no_access", None]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_in_one_sentence(films):
    with Path("/dev/full").open("w") as full, run("predict", "films", stdout=full) as process:
        err = process.stderr.read()

    assert process.returncode == 2
    assert err.startswith(b"output_failed: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("name", ["films/a.png", "films/c"])
def test_a_film_is_never_written_over(films, name, capsys):
    assert main(["predict", "films", "--output", name]) == 2

    assert "output_failed: " in capsys.readouterr().err
    assert (films / "a.png").read_bytes() == PNG


def test_an_older_output_is_not_read_as_a_film(films):
    for _ in range(2):
        assert (
            main(["predict", "films", "--format", "csv", "--output", "films/../films/r.csv"]) == 0
        )

    assert len((films / "r.csv").read_text().splitlines()) == 1 + 3


def test_a_name_that_no_output_can_have_is_one_sentence(films, capsys):
    assert main(["predict", "films", "--output", "x" * 300]) == 2
    assert capsys.readouterr().err.startswith("output_failed: ")


def test_help_answers_without_an_engine(films):
    code = """
import sys
from cxr_app.cli import main
try:
    main(["--help"])
except SystemExit:
    print([name for name in ("openvino", "tensorflow", "keras") if name in sys.modules])
"""
    root = Path(__file__).parent.parent

    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    ).stdout

    assert out.splitlines()[-1] == "[]"
