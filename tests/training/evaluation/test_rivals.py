"""A rival on the films of a model of ours. The package itself is optional and is not needed."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.errors import TrainingError
from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits
from tests.training import findings
from training.cli import main
from training.data.sources.nih import read_nih_findings
from training.evaluation import comparison as comparing
from training.evaluation import ledger
from training.evaluation.answer_file import Kept, Owner, read_answers
from training.evaluation.rivals import (
    Network,
    RivalInquiry,
    measure_rival,
    read_rival,
)
from training.metrics.figures import Called

# It knows one of our two labels under another spelling, and one that it never learned.
RIVAL = Network(
    name="drawn-rival",
    version="1.2",
    sha256="7" * 64,
    labels=("Fracture", "", "mass"),
    score=lambda film: np.array([0.9, 0.5, film.mean() / 255]),
)


def model(place: Path) -> Bundle:
    return open_bundle(place / "models" / "two")


def inquiry(place: Path, part: str) -> RivalInquiry:
    return RivalInquiry(
        bundle=model(place),
        data=place / "films",
        part=part,
        recipe=place / "findings.toml",
        output=place / "rival",
    )


def test_a_rival_answers_the_labels_that_both_know(place):
    rival = measure_rival(inquiry(place, "validation"), RIVAL)

    kept = read_answers(rival.owner, "validation")
    assert list(kept.calls) == ["mass"]
    assert len(kept.films) == 4
    assert read_rival(place / "rival") == rival
    assert not ledger.LEDGER.exists()


def test_calibration_makes_probabilities_of_scores_and_keeps_their_order(place):
    rival = measure_rival(inquiry(place, "test"), RIVAL)

    kept = read_answers(rival.owner, "test")
    probability = kept.calls["mass"].probability
    scores = []
    for film in read_nih_findings(place / "films", findings.LABELS):
        if film.sha256 in kept.films:
            pixels = decode(film.path.read_bytes(), Limits()).pixels
            scores.append((film.sha256, pixels.mean()))
    in_order = [score for _, score in sorted(scores)]
    assert np.argsort(probability).tolist() == np.argsort(in_order).tolist()
    assert ((probability > 0) & (probability < 1)).all()


def test_a_rival_that_opens_the_official_test_is_a_line_in_the_ledger(place):
    measure_rival(inquiry(place, "test"), RIVAL)

    with ledger.LEDGER.open(newline="") as stream:
        (line,) = csv.DictReader(stream)
    assert (line["bundle"], line["version"], line["films"]) == ("drawn-rival", "1.2", "8")
    assert line["bundle_sha256"] == "7" * 64
    assert line["auc"] != ""


def test_a_model_is_compared_with_a_rival_on_what_both_answered(place, capsys):
    recipe = str(place / "findings.toml")
    main(["evaluate", "--model", str(model(place).folder), "--data", str(place / "films"),
          "--recipe", recipe])  # fmt: skip
    measure_rival(inquiry(place, "test"), RIVAL)
    capsys.readouterr()

    assert main(["compare", str(model(place).folder), str(place / "rival")]) == 0

    metrics = json.loads((model(place).folder / "report" / "metrics.json").read_text())
    (comparison,) = metrics["rivals"]
    assert comparison["other"] == "drawn-rival"
    assert [one["label"] for one in comparison["labels"]] == ["Mass"]
    assert comparison["auc"] == comparison["labels"][0]["auc"]
    (mass,) = [one for one in metrics["evaluations"]["test"]["labels"] if one["label"] == "Mass"]
    ours, theirs = mass["figures"]["sensitivity"], comparison["theirs"]["recall"]
    assert comparison["recall"]["value"] == pytest.approx(ours["value"] - theirs["value"])
    for name in ("precision", "recall", "f1"):
        assert comparison[name] == comparison["labels"][0][name]
        assert comparison[name]["low"] <= comparison[name]["value"] <= comparison[name]["high"]
    assert "drawn-rival 1.2" in capsys.readouterr().out


def test_nothing_is_compared_where_no_shared_label_has_both_kinds(monkeypatch):
    called = Called(
        labels=np.zeros(2, np.int64), probability=np.zeros(2), patients=("a", "b"), threshold=0.5
    )
    kept = Kept(films=np.array(["x", "y"]), calls={"mass": called})
    owner = Owner(folder=Path("any"), name="one", sha256="0", labels=("Mass",), threshold=0.5)
    monkeypatch.setattr(comparing, "read_answers", lambda *_: kept)

    with pytest.raises(TrainingError, match="no label of these films has both kinds"):
        comparing._pairs(owner, owner, "test")


def test_a_rival_of_other_films_is_not_compared(place, capsys):
    recipe = str(place / "findings.toml")
    main(["evaluate", "--model", str(model(place).folder), "--data", str(place / "films"),
          "--recipe", recipe])  # fmt: skip
    (place / "films" / "images" / "00000020_000.png").write_bytes(b"no picture")
    measure_rival(inquiry(place, "test"), RIVAL)

    assert main(["compare", str(model(place).folder), str(place / "rival")]) == 2
    assert "different films" in capsys.readouterr().err


def test_a_rival_that_knows_none_of_our_labels_is_refused(place):
    stranger = Network(
        name="stranger", version="1", sha256="7" * 64, labels=("Fracture",), score=RIVAL.score
    )

    with pytest.raises(TrainingError, match="knows none of the labels"):
        measure_rival(inquiry(place, "test"), stranger)
    assert not ledger.LEDGER.exists()


def test_a_folder_that_holds_something_else_is_not_written_over(place):
    (place / "rival").mkdir()

    with pytest.raises(TrainingError, match="holds no rival"):
        measure_rival(inquiry(place, "test"), RIVAL)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"sha256": "8" * 64}, id="other weights"),
        pytest.param({"name": "second-rival"}, id="another name"),
        pytest.param({"version": "1.3"}, id="another version of the package"),
        pytest.param({"labels": ("Effusion", "", "mass")}, id="more of our labels"),
    ],
)
def test_a_folder_of_another_rivals_answers_is_not_mixed_with_these(place, other):
    measure_rival(inquiry(place, "validation"), RIVAL)
    before = (place / "rival" / "rival.json").read_text()

    with pytest.raises(TrainingError, match=r"of drawn-rival 1\.2, weights 77777777, on Mass;"):
        measure_rival(inquiry(place, "test"), replace(RIVAL, **other))

    assert (place / "rival" / "rival.json").read_text() == before
    assert not (place / "rival" / "report" / "answers-test.csv").exists()
    assert not ledger.LEDGER.exists()


def test_one_rival_answers_several_parts_in_one_folder(place):
    measure_rival(inquiry(place, "validation"), RIVAL)
    rival = measure_rival(inquiry(place, "test"), RIVAL)

    assert len(read_answers(rival.owner, "validation").films) == 4
    assert len(read_answers(rival.owner, "test").films) == 8


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("films/rival", "apart from the films"),
        ("models/two/rival", "apart from the model"),
        ("findings.toml/rival", "a part of the path to rival is a file"),
    ],
)
def test_a_rivals_answers_lie_apart_from_everything_else(place, output, reason):
    asked = replace(inquiry(place, "test"), output=place / output)

    with pytest.raises(TrainingError, match=reason):
        measure_rival(asked, RIVAL)
    assert not ledger.LEDGER.exists()


def test_a_damaged_rival_is_said_to_be_so(place):
    measure_rival(inquiry(place, "validation"), RIVAL)
    (place / "rival" / "rival.json").write_text("{}")

    with pytest.raises(TrainingError, match=r"rival\.json is damaged"):
        read_rival(place / "rival")
