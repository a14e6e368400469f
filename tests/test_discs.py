"""Discs: films get their records, what lies beside them one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_app.discs import disc_folders, passed_over
from cxr_app.imaging.drawing import draw_png
from tests.imaging.dicom.makers import dcm

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        pytest.param(["a.png", "b/c.png"], (), id="no disc"),
        pytest.param(["cd/DICOMDIR", "cd/DICOM/IM1"], ("cd/",), id="a disc"),
        pytest.param(["cd/dicomdir", "film.png"], ("cd/",), id="as some systems write it"),
        pytest.param(["DICOMDIR", "IM1"], ("",), id="at the top"),
        pytest.param(["a/DICOMDIR", "b/DICOMDIR"], ("a/", "b/"), id="two discs"),
        pytest.param(["DICOMDIR.txt", "x/NODICOMDIR"], (), id="other names"),
    ],
)
def test_a_disc_is_a_folder_with_a_dicomdir(names: list[str], folders: tuple[str, ...]) -> None:
    assert disc_folders(names) == folders


def test_how_many_files_were_passed_over() -> None:
    assert passed_over(1) == "1 file of the disc holds no picture."
    assert passed_over(12) == "12 files of the disc hold no picture."


def predict(folder: Path, bundle: Path) -> tuple[list[dict], str]:
    run = subprocess.run(
        [sys.executable, "-m", "cxr_app", "predict", str(folder), "--format", "jsonl"],
        cwd=ROOT,
        env={**os.environ, "CXR_MODEL": str(bundle)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines()], run.stderr


def fill(folder: Path) -> Path:
    (folder / "DICOM").mkdir(parents=True)
    (folder / "AUTORUN.INF").write_text("[autorun]\nopen=viewer.exe\n")
    (folder / "README.PDF").write_bytes(b"%PDF-1.7\n" + b"text " * 30)
    (folder / "DICOM" / "IM0001").write_bytes(dcm())
    (folder / "DICOM" / "IM0002").write_bytes(dcm(Modality="CT"))
    (folder / "DICOM" / "SR0001").write_bytes(dcm(Modality="SR", Rows=None, stream=None))
    (folder / "film.png").write_bytes(draw_png(1, size=(160, 128)))
    return folder


def test_films_of_a_disc_get_records_and_the_rest_one_line(tmp_path: Path, tiny_bundle: Path):
    folder = fill(tmp_path / "cd")
    (folder / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM" + b"\0" * 8)

    records, said = predict(folder, tiny_bundle)

    found = {Path(record["source"]).name: record["code"] for record in records}
    assert found["IM0001"] is None
    assert found["IM0002"] == "dicom_wrong_modality"  # a picture, but of another kind
    assert found["film.png"] is None
    assert not {"AUTORUN.INF", "README.PDF"} & set(found)
    assert "of the disc hold no picture." in said


def test_in_a_folder_that_is_no_disc_nothing_is_passed_over(tmp_path: Path, tiny_bundle: Path):
    records, said = predict(fill(tmp_path / "films"), tiny_bundle)

    found = {Path(record["source"]).name: record["code"] for record in records}
    assert found["AUTORUN.INF"] == "not_an_image"
    assert found["README.PDF"] == "unsupported_format"
    assert "no picture" not in said


def test_films_are_turned_inverted_and_their_age_is_stated_on_request(
    tmp_path: Path, tiny_bundle: Path
):
    (tmp_path / "film.png").write_bytes(draw_png(1, size=(160, 128)))
    run = subprocess.run(
        [sys.executable, "-m", "cxr_app", "predict", str(tmp_path), "--format", "jsonl",
         "--turn", "90", "--invert", "--age", "40"],
        cwd=ROOT,
        env={**os.environ, "CXR_MODEL": str(tiny_bundle)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )  # fmt: skip
    (record,) = map(json.loads, run.stdout.splitlines())

    facts = record["facts"]
    assert (facts["width"], facts["height"]) == (128, 160)
    assert (facts["turned"], facts["is_inverted"], facts["age_years"]) == (90, True, 40.0)
