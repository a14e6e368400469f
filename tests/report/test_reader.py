"""A report counts where it names the bundle and is whole; what is lacking stops nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cxr_app.bundle import MODELS, open_bundle
from cxr_app.report.answers import Answers, ForeignError, parse_answers
from cxr_app.report.files import read_plain
from cxr_app.report.ledger import read_ledger
from cxr_app.report.metrics import MAX_METRICS_BYTES, Metrics, parse_metrics
from cxr_app.report.reader import Lack, read_report
from tests.report.reports import OTHER, OWN, answers, evaluation, figure, metrics, write


def parsed(**changes: Any) -> Metrics:
    return parse_metrics(json.dumps(metrics(**changes)).encode())


def test_figures_are_read_and_unknown_ones_passed_over():
    found = parsed()

    assert found.evaluations["test"].figures["auc"].value == 0.7222
    assert found.evaluations["test"].openings == 2
    assert found.map_checks is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"bundle_sha256": "A" * 64}, id="an identity that is no hash"),
        pytest.param({"films": {"fit": -1}}, id="fewer than no films"),
        pytest.param({"films": {"fit": 1.5}}, id="half a film"),
        pytest.param({"films": {"fit": True}}, id="a truth value for a number"),
        pytest.param({"winner": 3}, id="a number for a text"),
        pytest.param({"candidates": {}}, id="a table for a list"),
        pytest.param({"evaluations": {"test": {}}}, id="an empty evaluation"),
        pytest.param(
            {"evaluations": {"test": evaluation(figures={"auc": figure(1.01, 0, 1)})}},
            id="an area above 1",
        ),
        pytest.param(
            {"evaluations": {"test": evaluation(figures={"auc": figure(0.5, 0.6, 0.4)})}},
            id="an interval upside down",
        ),
        pytest.param(
            {"evaluations": {"test": evaluation(figures={"auc": figure(float("nan"), 0, 1)})}},
            id="what is no number",
        ),
        pytest.param({"newer": float("inf")}, id="infinity in what is not known"),
        pytest.param({"limits": ["x" * 5000]}, id="an endless text"),
        pytest.param({"limits": ["x"] * 3000}, id="endless rows"),
    ],
)
def test_damaged_metrics_are_refused(changes: dict[str, Any]):
    with pytest.raises(ValueError, match=r".+"):
        parsed(**changes)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[" * 100_000, id="nested too deep"),
        pytest.param(b" " * (MAX_METRICS_BYTES + 1), id="too large"),
    ],
)
def test_what_is_no_metrics_file_is_refused(data: bytes):
    with pytest.raises(ValueError, match=r".+"):
        parse_metrics(data)


def test_answers_are_read_in_order():
    found = parse_answers(answers().encode(), {OWN})

    assert found.labels.tolist() == [0, 0, 1, 1, 1, 0]
    assert found.probability.tolist() == [0.1, 0.4, 0.4, 0.8, 0.9, 0.85]
    assert found.patients.tolist() == [0, 0, 1, 1, 2, 3]
    assert found.n_patients == 4
    assert not found.labels.flags.writeable


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda text: text.replace(",probability", ",score"), id="other columns"),
        pytest.param(lambda text: text.split("\n", 1)[0], id="no columns"),
        pytest.param(lambda text: "\n".join(text.split("\n")[:2]), id="no films"),
        pytest.param(lambda text: "\n".join(text.split("\n")[:4]), id="one class"),
        pytest.param(lambda text: text.replace(",0.85", ",nan"), id="no number"),
        pytest.param(lambda text: text.replace(",0.85", ",inf"), id="infinite"),
        pytest.param(lambda text: text.replace(",0.85", ",1.01"), id="above 1"),
        pytest.param(lambda text: text.replace(",0.85", ",-0.1"), id="below 0"),
        pytest.param(lambda text: text.replace(",0.85", ",much"), id="a word"),
        pytest.param(lambda text: text.replace(",0.85", ""), id="a cell too few"),
        pytest.param(lambda text: text.replace(",0.85", ",0.85,1"), id="a cell too many"),
        pytest.param(lambda text: text.replace(",0,0.85", ",2,0.85"), id="a third class"),
        pytest.param(lambda text: text.replace(",p4,", ",,"), id="no patient"),
        pytest.param(lambda text: text.replace("p4", "p" * 99), id="a cell too long"),
        pytest.param(lambda text: text + '"', id="an open quotation"),
        pytest.param(lambda text: text.replace("p4", "\udcff"), id="no text"),
    ],
)
def test_damaged_answers_are_refused(damage: Callable[[str], str]):
    data = damage(answers()).encode("utf-8", "surrogateescape")

    with pytest.raises(ValueError, match=r".+") as raised:
        parse_answers(data, {OWN})

    assert not isinstance(raised.value, ForeignError)


@pytest.mark.parametrize("first", [OTHER, "", OWN[:-1]])
def test_answers_of_another_model_are_foreign(first: str):
    with pytest.raises(ForeignError):
        parse_answers(answers(first).encode(), {OWN})


def test_a_whole_report_counts(tmp_path: Path):
    write(tmp_path, OWN)

    found = read_report(tmp_path, OWN, has_gate=False)

    assert isinstance(found.metrics, Metrics)
    assert not found.parts["test"].is_before_gate
    assert isinstance(found.parts["test"].answers, Answers)


def test_no_report_is_absent(tmp_path: Path):
    assert read_report(tmp_path, OWN, has_gate=False).metrics is Lack.ABSENT


def test_a_report_of_another_bundle_is_foreign(tmp_path: Path):
    write(tmp_path, OTHER)

    found = read_report(tmp_path, OWN, has_gate=False)

    assert found.metrics is Lack.FOREIGN
    assert not found.parts


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda file: file.write_text("{", "utf-8"), id="cut off"),
        pytest.param(
            lambda file: (file.rename(file.with_name("x")), file.symlink_to(file.with_name("x"))),
            id="a link",
        ),
        pytest.param(lambda file: (file.unlink(), file.mkdir()), id="a folder"),
        pytest.param(
            lambda file: file.write_text(
                json.dumps(metrics(evaluations={"../test": evaluation()})), "utf-8"
            ),
            id="a part whose name leads elsewhere",
        ),
    ],
)
def test_a_damaged_report_is_damaged(spoil: Callable[[Path], object], tmp_path: Path):
    write(tmp_path, OWN)

    spoil(tmp_path / "report" / "metrics.json")

    assert read_report(tmp_path, OWN, has_gate=False).metrics is Lack.DAMAGED


@pytest.mark.parametrize(
    ("text", "lack"),
    [
        pytest.param(None, Lack.ABSENT, id="none"),
        pytest.param(answers(OTHER), Lack.FOREIGN, id="another model's"),
        pytest.param(answers() + "x,p9,0,0.5\n", Lack.FOREIGN, id="other films'"),
        pytest.param(answers().replace("0.85", "nan"), Lack.DAMAGED, id="damaged"),
    ],
)
def test_answers_that_do_not_count_leave_the_figures(text: str | None, lack: Lack, tmp_path: Path):
    write(tmp_path, OWN)
    place = tmp_path / "report" / "answers-test.csv"
    place.unlink()
    if text is not None:
        place.write_text(text, "utf-8")

    found = read_report(tmp_path, OWN, has_gate=False)

    assert found.parts["test"].answers is lack


@pytest.mark.parametrize("has_gate", [True, False])
def test_what_was_measured_before_counts_only_where_a_gate_was_added(
    has_gate: bool, tmp_path: Path
):
    write(tmp_path, OWN, evaluations={"test": evaluation(bundle_sha256=OTHER)})
    (tmp_path / "report" / "answers-test.csv").write_text(answers(OTHER), "utf-8")

    found = read_report(tmp_path, OWN, has_gate=has_gate)

    assert [part.is_before_gate for part in found.parts.values()] == [True] * has_gate
    assert all(isinstance(part.answers, Answers) for part in found.parts.values())


def test_the_reports_that_come_with_the_program_count():
    for place in sorted(MODELS.glob("*/spec.json")):
        bundle = open_bundle(place.parent)
        found = read_report(bundle.folder, bundle.sha256, has_gate=bundle.spec.gate is not None)
        assert isinstance(found.metrics, Metrics)
        assert set(found.parts) == {"test", "validation"}
        assert all(isinstance(part.answers, Answers) for part in found.parts.values())


def test_the_ledger_that_comes_with_the_program_is_read():
    found = read_ledger()

    assert found[0].bundle == "pediatric-pneumonia"
    assert (found[0].films, found[0].auc) == (624, 0.9792)


def test_an_installation_without_a_ledger_has_no_openings(tmp_path: Path):
    assert read_ledger(tmp_path / "none.csv") == ()


HEAD = (
    "date,bundle,version,bundle_sha256,films_sha256,films,with_forms,refused,"
    "auc,accuracy,sensitivity,specificity,ece\n"
)


def line(sha256: str = OWN, films: str = "3", auc: str = "0.5") -> str:
    return f"2026,tiny,1,{sha256},{OTHER},{films},no,0,{auc},,,,\n"


def test_an_opening_that_did_not_end_has_no_figures(tmp_path: Path):
    (tmp_path / "l.csv").write_text(HEAD + line(auc=""), "utf-8")

    assert read_ledger(tmp_path / "l.csv")[0].auc is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + line(sha256="x"), id="no identity"),
        pytest.param(HEAD + line(films="many"), id="no count"),
        pytest.param(HEAD + line(auc="nan"), id="no number"),
        pytest.param(HEAD + line(auc="2"), id="no share"),
        pytest.param(HEAD + "2026,tiny\n", id="cut off"),
        pytest.param("when,what\n1,2\n", id="other columns"),
    ],
)
def test_a_damaged_ledger_is_refused(text: str, tmp_path: Path):
    (tmp_path / "l.csv").write_text(text, "utf-8")

    with pytest.raises(ValueError, match=r".+"):
        read_ledger(tmp_path / "l.csv")


def test_what_is_too_large_is_not_read(tmp_path: Path):
    (tmp_path / "f").write_bytes(b"abc")

    assert read_plain(tmp_path / "f", most=3) == b"abc"
    with pytest.raises(ValueError, match="larger"):
        read_plain(tmp_path / "f", most=2)
