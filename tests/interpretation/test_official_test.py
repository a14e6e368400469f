"""A report beside a model is read, or passed over with a sentence; never a traceback."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import Bundle, load_bundle
from cxr_app.interpretation.official_test import (
    ANSWERS_FILE,
    METRICS_FILE,
    Absence,
    OfficialTest,
    read_official_test,
)
from cxr_app.interpretation.reference import open_reference
from tests.interpretation.reports import known_test, metrics_of, write_report


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Bundle:
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_bundle, folder)
    return load_bundle(folder)


def test_a_report_that_fits_is_read(bundle: Bundle):
    write_report(bundle)

    found = read_official_test(bundle)

    assert isinstance(found, OfficialTest)
    assert (found.n_films, found.n_patients) == (200, 200)
    assert found.sensitivity.value == pytest.approx(0.96)
    assert found.specificity.value == pytest.approx(0.90)
    assert found.is_labelled_positive.sum() == 96 + 10
    assert not found.probability.flags.writeable


def test_patients_keep_their_films_together(bundle: Bundle):
    write_report(bundle, known_test(films_of_one=4))

    found = read_official_test(bundle)

    assert isinstance(found, OfficialTest)
    assert found.n_patients == 50
    assert np.bincount(found.patient).tolist() == [4] * 50


@pytest.mark.parametrize("file", [ANSWERS_FILE, METRICS_FILE])
def test_without_a_file_there_is_no_report(bundle: Bundle, file: str):
    report = write_report(bundle)
    (report / file).unlink()

    assert read_official_test(bundle) is Absence.MISSING


def test_a_model_whose_test_was_not_opened_has_no_report(bundle: Bundle):
    report = write_report(bundle)
    (report / METRICS_FILE).write_text(json.dumps({"bundle_sha256": bundle.sha256}), "utf-8")

    assert read_official_test(bundle) is Absence.MISSING


def test_answers_of_another_model_are_not_used(bundle: Bundle):
    report = write_report(bundle)
    answers = (report / ANSWERS_FILE).read_text("utf-8").replace(bundle.sha256, "0" * 64)
    (report / ANSWERS_FILE).write_text(answers, "utf-8")

    assert read_official_test(bundle) is Absence.FOREIGN
    assert open_reference(bundle) is Absence.FOREIGN


def test_figures_of_another_model_are_not_used(bundle: Bundle):
    report = write_report(bundle)
    metrics = metrics_of("0" * 64, known_test())
    (report / METRICS_FILE).write_text(json.dumps(metrics), "utf-8")

    assert read_official_test(bundle) is Absence.FOREIGN


HEAD = "film_sha256,patient,label,probability\n"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="no header"),
        pytest.param("a,b,c,d\n0,0,1,0.9\n", id="other columns"),
        pytest.param(HEAD, id="no films"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0,nan\n", id="a probability that is no number"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0,inf\n", id="an infinite one"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0,1.5\n", id="one above 1"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0,-0.5\n", id="one below 0"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0,half\n", id="a word for a number"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,2,0.1\n", id="a third label"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0\n", id="a row cut short"),
        pytest.param(HEAD + "0,0,1,0.9,5\n1,1,0,0.1\n", id="a row too long"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,1,0.8\n", id="one class alone"),
        pytest.param(HEAD + '0,0,1,0.9\n1,1,0,"0.1\n', id="a quote that does not end"),
        pytest.param(HEAD + "0,0,1,0.9\n\n1,1,0,0.1\n", id="an empty line"),
        pytest.param(HEAD + f"0,0,1,0.9\n1,1,0,0.{'1' * 500}\n", id="a cell without end"),
        pytest.param(HEAD + "0,0,1,0.1\n1,1,0,0.1\n", id="films that are not those of the figures"),
        pytest.param(HEAD + "0,0,1,0.9\n1,1,0,0.1\x00\n", id="a null byte"),
    ],
)
def test_damaged_answers_are_not_used(bundle: Bundle, body: str):
    report = write_report(bundle)
    (report / ANSWERS_FILE).write_text(f"{bundle.sha256}\n{body}", "utf-8")

    assert read_official_test(bundle) is Absence.DAMAGED


def damaged_metrics(sha256: str, where: str, value: object) -> str:
    metrics = metrics_of(sha256, known_test())
    *above, last = where.split(".")
    table: dict = metrics
    for name in above:
        table = table[name]
    table[last] = value
    return json.dumps(metrics)


FIGURE = "evaluations.test.figures.sensitivity"


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("evaluations", []),
        ("evaluations.test", None),
        ("evaluations.test", "yes"),
        ("evaluations.test.bundle_sha256", 5),
        ("evaluations.test.figures", None),
        (FIGURE, None),
        (FIGURE, {}),
        (f"{FIGURE}.value", True),
        (f"{FIGURE}.value", "0.9"),
        (f"{FIGURE}.value", float("nan")),
        (f"{FIGURE}.value", float("inf")),
        (f"{FIGURE}.value", 1.5),
        (f"{FIGURE}.value", 0.5),
        (f"{FIGURE}.low", 1.0),
        (f"{FIGURE}.extra", 1.0),
    ],
)
def test_damaged_figures_are_not_used(bundle: Bundle, where: str, value: object):
    report = write_report(bundle)
    text = damaged_metrics(bundle.sha256, where, value)
    (report / METRICS_FILE).write_text(text, "utf-8")

    assert read_official_test(bundle) is Absence.DAMAGED


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b'{"evaluations": ', id="cut short"),
    ],
)
@pytest.mark.parametrize("file", [ANSWERS_FILE, METRICS_FILE])
def test_rubbish_is_not_used(bundle: Bundle, file: str, data: bytes):
    report = write_report(bundle)
    (report / file).write_bytes(data)

    # A file of answers that names no model is one of another model.
    allowed = {Absence.DAMAGED, Absence.FOREIGN} if file == ANSWERS_FILE else {Absence.DAMAGED}
    assert read_official_test(bundle) in allowed


@pytest.mark.parametrize("file", [ANSWERS_FILE, METRICS_FILE])
def test_what_is_no_plain_file_is_not_opened(bundle: Bundle, file: str, tmp_path: Path):
    report = write_report(bundle)
    (report / file).rename(tmp_path / file)

    (report / file).symlink_to(tmp_path / file)
    assert read_official_test(bundle) is Absence.DAMAGED

    (report / file).unlink()
    os.mkfifo(report / file)  # reading it would never end
    assert read_official_test(bundle) is Absence.DAMAGED

    (report / file).unlink()
    (report / file).mkdir()
    assert read_official_test(bundle) is Absence.DAMAGED


def test_a_huge_file_is_not_read(bundle: Bundle):
    report = write_report(bundle)
    with (report / ANSWERS_FILE).open("r+b") as stream:
        stream.truncate(2**40)  # a hole: nothing is on the disk

    assert read_official_test(bundle) is Absence.DAMAGED


def test_a_report_that_is_a_file_is_none(bundle: Bundle):
    shutil.rmtree(bundle.folder / "report", ignore_errors=True)
    (bundle.folder / "report").write_bytes(b"")

    assert isinstance(read_official_test(bundle), Absence)
