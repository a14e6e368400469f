"""python -m training evaluate: a finished bundle, labelled films, a report and a ledger."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from cxr_app import Prediction, load_bundle
from cxr_app.imaging.phantom import phantom_png
from tests.training.reports import METRICS, write_metrics
from training.cli import main
from training.data.sources import class_folders, read_class_folders
from training.evaluation import evaluation as module
from training.evaluation import ledger
from training.metrics import patient_interval as bootstrap

LABELS = ("NORMAL", "PNEUMONIA")


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle with a report, and a ledger of its own."""
    folder = tmp_path / "models" / "tiny"
    shutil.copytree(tiny_bundle, folder)
    write_metrics(load_bundle(folder))
    monkeypatch.setattr(ledger, "LEDGER", tmp_path / "ledger.csv")
    monkeypatch.setattr(bootstrap, "DRAWS", 50)
    return folder


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """An archive in parts; one patient number stands in two, and one test film is broken."""
    names = {
        "train/NORMAL": ["IM-0001-0001", "IM-0002-0001"],
        "train/PNEUMONIA": ["person1_virus_1", "person2_bacteria_2"],
        "test/NORMAL": ["IM-0003-0001", "IM-0004-0001", "IM-0005-0001"],
        "test/PNEUMONIA": ["person1_virus_9", "person8_bacteria_1", "person9_bacteria_2"],
    }
    seed = 0
    for folder, stems in names.items():
        (tmp_path / "films" / folder).mkdir(parents=True)
        for stem in stems:
            seed += 1
            data = phantom_png(seed, size=(160, 128), consolidation=float("PNEU" in folder))
            (tmp_path / "films" / folder / f"{stem}.png").write_bytes(data)
    (tmp_path / "films" / "test" / "NORMAL" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "films"


@pytest.fixture
def archive(bundle: Path, films: Path) -> tuple[Path, Path]:
    return bundle, films


def run(bundle: Path, films: Path, *more: str) -> int:
    return main(["evaluate", "--model", str(bundle), "--data", str(films), *more])


def found(bundle: Path, part: str = "test") -> dict:
    metrics = json.loads((bundle / "report" / "metrics.json").read_text())
    return metrics["evaluations"][part]


def opened() -> list[dict[str, str]]:
    with ledger.LEDGER.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_test_films_are_measured_as_the_app_answers_them(bundle, films):
    assert run(bundle, films) == 0

    prediction = Prediction(load_bundle(bundle))
    right = []
    for path in sorted(films.glob("test/*/*-*.png")) + sorted(films.glob("test/*/person*.png")):
        with Image.open(path) as picture:
            right.append(prediction.classify_image(picture).label == path.parent.name)
    result = found(bundle)
    assert len(right) == 6
    assert result["figures"]["accuracy"]["value"] == pytest.approx(sum(right) / 6)
    assert result["refused"] == {"not_an_image": 1}
    assert sum(result["confusion"].values()) == 6
    assert result["kinds"]["bacteria"]["films"] == 2
    assert result["kinds"]["virus"]["films"] == 1
    assert result["shared_patients"]["films_left_out"] == 1


def test_both_classes_have_their_recall_and_support(bundle, films):
    run(bundle, films)

    confusion, report = found(bundle)["confusion"], found(bundle)["report"]
    normal, pneumonia = report["classes"]
    assert (normal["support"], pneumonia["support"]) == (3, 3)
    assert normal["recall"] == pytest.approx(confusion["true_negative"] / 3)
    assert pneumonia["recall"] == pytest.approx(confusion["true_positive"] / 3)
    right = confusion["true_negative"] + confusion["true_positive"]
    assert report["averages"]["samples"]["f1"] == pytest.approx(right / 6)


def test_the_model_stays_what_it_was_and_its_card_tells_the_figures(bundle, films):
    before = load_bundle(bundle).sha256

    run(bundle, films)

    assert load_bundle(bundle).sha256 == before
    card = (bundle / "report" / "card.md").read_text()
    assert "## Measured on the test films" in card
    assert "python -m training evaluate --model tiny --data DIR" in card
    assert f"{found(bundle)['figures']['accuracy']['value']:.3f}" in card
    assert str(films) not in card
    for name in ("roc", "precision-recall", "confusion", "reliability"):
        assert f"plots/{name}-test.png" in card
        assert (bundle / "report" / "plots" / f"{name}-test.png").stat().st_size > 1000


def test_every_opening_of_the_test_is_a_line(bundle, films):
    run(bundle, films)
    run(bundle, films)

    first, second = opened()
    assert first["bundle_sha256"] == second["bundle_sha256"] == load_bundle(bundle).sha256
    assert (first["films"], first["refused"], first["with_forms"]) == ("7", "1", "no")
    assert first["accuracy"] == f"{found(bundle)['figures']['accuracy']['value']:.4f}"
    assert "has been opened 2 times" in (bundle / "report" / "card.md").read_text()


def test_an_opening_stays_in_the_ledger_whatever_happens_then(bundle, films, monkeypatch):
    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "ask", dying)

    assert run(bundle, films) == 130
    (line,) = opened()
    assert line["bundle_sha256"] == load_bundle(bundle).sha256
    assert line["auc"] == ""


def test_the_official_test_is_known_by_its_bytes_wherever_it_lies(bundle, films, monkeypatch):
    some = next(iter((films / "train" / "NORMAL").glob("*.png")))
    known = frozenset({hashlib.sha256(some.read_bytes()).hexdigest()[:16]})
    monkeypatch.setattr(class_folders, "_official_test", lambda: known)

    assert run(bundle, films / "train", "--part", "all") == 2
    assert not ledger.LEDGER.exists()
    subsets = {film.path.name: film.subset for film in read_class_folders(films, LABELS)}
    assert subsets[some.name] == "test"


def test_a_form_that_cannot_be_judged_is_said_to_be_so(bundle, films, monkeypatch):
    monkeypatch.setattr(module, "FORMS", {"cut to a strip": lambda film, _: film[:20]})

    assert run(bundle, films, "--perturb") == 0

    (form,) = found(bundle)["forms"]
    assert form == {"form": "cut to a strip", "refused": 6}
    assert "| cut to a strip | not measurable |" in (bundle / "report" / "card.md").read_text()


def test_changed_forms_are_compared_with_the_film_itself(bundle, films, monkeypatch):
    forms = {"nothing": lambda film, _: film, "inverted": lambda film, _: 255 - film}
    monkeypatch.setattr(module, "FORMS", forms)

    run(bundle, films, "--perturb")

    nothing, inverted = found(bundle)["forms"]
    assert nothing["mean_change"] == 0
    assert nothing["auc_change"] == {"value": 0, "low": 0, "high": 0}
    assert inverted["mean_change"] > 0.01
    assert "| inverted |" in (bundle / "report" / "card.md").read_text()


def test_films_in_no_parts_are_measured_without_a_line(bundle, films):
    assert run(bundle, films / "train", "--part", "all") == 0
    assert found(bundle, "all")["films"] == 4
    assert not ledger.LEDGER.exists()


def test_other_copies_are_compared_film_by_film(bundle, films, tmp_path):
    shutil.copytree(films / "test", tmp_path / "copies")
    (tmp_path / "copies" / "NORMAL" / "IM-0005-0001.png").unlink()
    other = tmp_path / "copies" / "PNEUMONIA" / "person8_bacteria_1.png"
    other.write_bytes(phantom_png(77, size=(160, 128)))

    run(bundle, films, "--copies", str(tmp_path / "copies"))

    copies = found(bundle)["copies"]
    assert copies["films"] == 5  # one is absent, and what is broken is broken twice
    assert copies["mean_change"] > 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        pytest.param(("--part", "validation"), "needs the model's --recipe", id="no recipe"),
        pytest.param(("--part", "all"), "measured by --part test", id="an archive as a whole"),
        pytest.param(
            ("--part", "validation", "--recipe", "training/recipes/teacher.toml"),
            "not the recipe that this model was made with",
            id="another model's recipe",
        ),
    ],
)
def test_what_cannot_be_measured_is_said_first(archive, more, sentence, capsys):
    assert run(*archive, *more) == 2
    assert sentence in capsys.readouterr().err
    assert not ledger.LEDGER.exists()


def test_a_report_of_another_model_is_not_written_on(bundle, films, capsys):
    metrics = bundle / "report" / "metrics.json"
    metrics.write_text(json.dumps({**METRICS, "bundle_sha256": "0" * 64}))

    assert run(bundle, films) == 2
    assert "speaks of another model" in capsys.readouterr().err


def test_two_models_are_compared_in_pairs_without_opening_a_film(bundle, films, capsys):
    other = bundle.parent / "other"
    shutil.copytree(bundle, other)
    run(bundle, films)
    run(other, films)
    shutil.rmtree(films)
    capsys.readouterr()

    assert main(["compare", str(bundle), str(other)]) == 0

    (comparison,) = json.loads((bundle / "report" / "metrics.json").read_text())["comparisons"]
    assert comparison["films"] == 6
    assert comparison["auc"] == {"value": 0, "low": 0, "high": 0}
    for name in ("accuracy", "precision", "recall", "f1"):
        assert comparison[name] == {"value": 0, "low": 0, "high": 0}
    macro = found(other)["report"]["averages"]["macro"]  # of both classes
    for name, theirs in comparison["theirs"].items():
        assert theirs["value"] == pytest.approx(macro[name])
    assert comparison["times_faster"] > 0
    assert "## Compared" in (bundle / "report" / "card.md").read_text()
    assert len(opened()) == 2


def test_a_model_that_was_not_measured_is_not_compared(bundle, films, capsys):
    other = bundle.parent / "other"
    shutil.copytree(bundle, other)
    run(bundle, films)

    assert main(["compare", str(bundle), str(other)]) == 2
    assert "run evaluate with --part test" in capsys.readouterr().err


def test_models_that_were_measured_on_different_films_are_not_compared(bundle, films, capsys):
    other = bundle.parent / "other"
    shutil.copytree(bundle, other)
    run(bundle, films)
    (films / "test" / "NORMAL" / "IM-0003-0001.png").unlink()
    run(other, films)

    assert main(["compare", str(bundle), str(other)]) == 2
    assert "different films" in capsys.readouterr().err
