"""The table of bad inputs through the command line, each row between two good films."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_app.codes import Code
from tests.bad.row import Answer
from tests.bad.table import one_of_each_answer
from tests.makers import film, saved

ROWS = one_of_each_answer()
ROOT = Path(__file__).parents[2]
GOOD = saved(film(101, (400, 300)), "PNG")


def _run(folder: Path, bundle: Path, home: Path) -> tuple[int, list[dict], str]:
    """Classify a folder in one process; the home it gets must stay empty."""
    run = subprocess.run(
        [sys.executable, "-m", "cxr_app", "predict", str(folder), "--format", "jsonl"],
        cwd=ROOT,
        env={**os.environ, "CXR_MODEL": str(bundle), "HOME": str(home), "TMPDIR": str(home)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr


def _answer(record: dict) -> Answer:
    if record["status"] == "rejected":
        return Code(record["code"])
    # What the model or the same bytes elsewhere in the folder add is not what a row is about.
    others = ("near_threshold", "duplicate")
    return tuple(Code(code) for code in record["warnings"] if code not in others)


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path
) -> tuple[int, list[dict], str, list[Path], Path, dict]:
    """Records of the table with good neighbours, and the record of a good film alone."""
    folder, alone, home = (tmp_path_factory.mktemp(name) for name in ("table", "alone", "home"))
    for place, row in enumerate(ROWS):
        (folder / f"{place:04}a good.png").write_bytes(GOOD)
        (folder / f"{place:04}b {row.name or 'film.bin'}").write_bytes(row.make())
    (folder / "9999 good.png").write_bytes(GOOD)
    (alone / "good.png").write_bytes(GOOD)
    _, [good], _ = _run(alone, tiny_bundle, home)
    status, records, complaints = _run(folder, tiny_bundle, home)
    return status, records, complaints, sorted(folder.iterdir()), home, good


def test_every_source_has_one_record_in_order(outcome: tuple) -> None:
    status, records, complaints, files, home, _ = outcome

    assert status == 0
    assert [Path(record["source"]).name for record in records] == [path.name for path in files]
    assert [record["item"] for record in records] == list(range(1, len(files) + 1))
    assert "Traceback" not in complaints
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("place", range(len(ROWS)), ids=[row.id for row in ROWS])
def test_each_bad_input_has_its_record(place: int, outcome: tuple) -> None:
    row, record = ROWS[place], outcome[1][2 * place + 1]

    assert _answer(record) in row.answers
    numbers = [record[key] for key in ("label", "confidence", "confidences", "threshold")]
    if record["status"] == "rejected":
        assert record["message"]
        assert numbers == [None] * 4
    else:
        assert (record["code"], record["message"]) == (None, None)
        assert None not in numbers


def test_good_neighbours_are_not_touched(outcome: tuple) -> None:
    _, records, _, _, _, good = outcome

    for record in records[::2]:
        assert (record["status"], record["label"]) == ("ok", good["label"])
        assert record["confidences"] == pytest.approx(good["confidences"], abs=1e-6)
