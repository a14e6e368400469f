"""From drawn films to a bundle that answers: the whole way, small."""

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from cxr_app import load_bundle
from cxr_app.bundle import open_bundle
from cxr_app.cli import main as predict
from cxr_app.imaging.drawing import draw_film
from cxr_app.spec import StandardiseSpec
from tests.bundles import make_gated_bundle
from tests.networks import SMALL
from training import cli
from training.cli import main
from training.commands.training_options import shown_command
from training.data.film_reader import AS_GIVEN
from training.data.preparation import Prepared
from training.data.reduction import shrink
from training.data.sources import read_class_folders
from training.data.splits import Split
from training.errors import TrainingError
from training.learning.progress import Epoch, by_auc
from training.metrics import bootstrap
from training.metrics.scores import Scores
from training.networks import freezing
from training.networks.backbones import BACKBONES
from training.networks.graphs import Shape, build_fitted
from training.networks.heads import HEADS
from training.networks.weights import FirstWeights
from training.recipes.fitting import FitRecipe
from training.recipes.network import NetworkRecipe
from training.recipes.recipe import Recipe, read_recipe
from training.selection.candidates import Candidate, Selection, choose, train_candidates
from training.selection.training_job import TrainingJob, progress_folder

RECIPE = """
name = "smoke"
seed = 1
candidates = ["mobilenetv2"]
[data]
fit = 0.5
validation = 0.25
calibration = 0.25
[network]
size = 64
freeze = "all"
[fit]
epochs = 30
batch = 10
patience = 30
learning_rate = 0.02
[retrain]
epochs = 1
add_validation = false
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw twenty films; one class is much darker, so that a few steps tell them apart."""
    folder = tmp_path_factory.mktemp("films")
    for place in range(20):
        label = ("NORMAL", "PNEUMONIA")[place % 2]
        film = draw_film(place, size=(160, 128), consolidation=0.9 * (place % 2))
        pixels = film.pixels if place % 2 else film.pixels // 4
        (folder / label).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / label / f"{place}.png")
    return folder


@pytest.fixture(scope="module")
def backbone(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make first weights of the kind that pays to freeze: batch-norm knows what films look like."""
    keras.utils.set_random_seed(2)
    entry = BACKBONES["mobilenetv2"]
    network = build_fitted(entry, HEADS["linear"], Shape(size=64))
    labelled = read_class_folders(films, ("NORMAL", "PNEUMONIA"))
    pictures = np.stack([shrink(AS_GIVEN.read(film), 64) for film in labelled])
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # so that one look at the films is enough
    network(pictures, training=True)
    place = tmp_path_factory.mktemp("weights") / "backbone.npz"
    keep_weights(network, place)
    return place


def keep_weights(network: keras.Model, place: Path) -> None:
    arrays = {
        f"{layer.name}/{variable.name}": keras.ops.convert_to_numpy(variable)
        for layer in network.layers
        for variable in layer.weights
    }
    np.savez(place, **arrays)


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path)


def write_recipe(folder: Path) -> Path:
    place = folder / "smoke.toml"
    place.write_text(RECIPE)
    return place


def select(films: Path, recipe: Path, tmp_path: Path, *more: str) -> int:
    arguments = ["--data", films, "--recipe", recipe, "--run", tmp_path / "run"]
    target = ["--output", tmp_path / "models" / "smoke"]
    return main(["select", *map(str, arguments + target), *more])


@pytest.fixture(scope="module")
def trained(films: Path, backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whole run; tests that change the bundle work on a copy."""
    folder = tmp_path_factory.mktemp("trained")
    more = ["--weights", str(backbone), "--tensorboard"]
    assert select(films, write_recipe(folder), folder, *more) == 0
    return folder / "models" / "smoke"


@pytest.mark.slow
def test_a_model_may_see_films_cut_to_their_lungs(films, tiny_bundle, tmp_path, monkeypatch):
    # The drawn classes differ in brightness, of which nothing is left.
    monkeypatch.setattr(Candidate, "gives_one_answer", False)
    lungs = make_gated_bundle(tiny_bundle, tmp_path / "lungs")
    recipe = write_recipe(tmp_path)
    standard = "[standardise]\nmargin = 0.04\nlow = 1.0\nhigh = 99.0\n"
    recipe.write_text(RECIPE.replace("epochs = 30", "epochs = 1") + standard)
    more = ["--weights", "none", "--lungs", str(lungs.folder)]

    assert select(films, recipe, tmp_path, *more) == 0

    made = open_bundle(tmp_path / "models" / "smoke")
    assert made.spec.format == 2
    assert made.spec.input.standardise == StandardiseSpec(margin=0.04, low=1.0, high=99.0)
    assert made.spec.lungs == lungs.spec.lungs
    assert made.read("lungs.bin") == lungs.read("lungs.bin")
    assert made.spec.gate is None


def test_lungs_and_a_recipe_that_standardises_go_together(films, recipe, tmp_path, capsys):
    assert select(films, recipe, tmp_path, "--weights", "none", "--lungs", "models/tiny") == 2

    expected = "--lungs DIR goes with a recipe that has [standardise], and with no other"
    assert expected in capsys.readouterr().err


@pytest.mark.slow
def test_a_folder_of_films_becomes_a_bundle_that_answers(films, trained, tmp_path):
    bundle = load_bundle(trained)
    metrics = json.loads((bundle.folder / "report" / "metrics.json").read_text())
    assert [c["backbone"] for c in metrics["candidates"]] == [metrics["winner"]]
    assert metrics["winner"] == bundle.spec.network.backbone
    assert metrics["bundle_sha256"] == bundle.sha256
    card = (bundle.folder / "report" / "card.md").read_text()
    assert str(films) not in card
    assert (bundle.folder / "report" / "plots" / "curves.png").stat().st_size > 1000
    logs = trained.parents[1] / "run" / "logs"
    assert {path.parent.parent.name for path in logs.rglob("events*")} == {
        "mobilenetv2",
        "retrained",
    }
    # It answers on the command line, and tells the two kinds of drawing apart.
    table = tmp_path / "table.jsonl"
    predict(["predict", str(films), "--model", str(bundle.folder), "--format", "jsonl",
             "--output", str(table)])  # fmt: skip
    records = [json.loads(line) for line in table.read_text().splitlines()]
    right = [record["label"] in record["source"] for record in records]
    assert len(right) == 20
    assert sum(right) >= 18


STUDENT = """
name = "student"
seed = 1
candidates = ["mobilenetv2"]
[data]
fit = 0.5
validation = 0.25
calibration = 0.25
[network]
size = 64
freeze = "none"
[fit]
epochs = 1
batch = 10
patience = 1
learning_rate = 1e-5
balance_classes = false
[distill]
side = 64
"""


@pytest.mark.slow
def test_a_bundle_is_measured_on_its_validation_films_and_teaches_another(
    films, trained, tmp_path, monkeypatch
):
    monkeypatch.setattr(bootstrap, "DRAWS", 50)
    recipe = write_recipe(tmp_path)
    teacher = shutil.copytree(trained, tmp_path / "models" / "smoke")
    measured = ["evaluate", "--model", teacher, "--data", films, "--part", "validation"]

    assert main([*map(str, measured), "--recipe", str(recipe)]) == 0

    metrics = json.loads((teacher / "report" / "metrics.json").read_text())
    found = metrics["evaluations"]["validation"]
    assert found["films"] == metrics["films"]["validation"]
    assert "openings" not in found  # no line in the ledger

    sharp = tmp_path / "sharp"
    for path in films.rglob("*.png"):
        copy = sharp / path.relative_to(films)
        copy.parent.mkdir(parents=True, exist_ok=True)
        Image.open(path).resize((320, 256)).save(copy)
    student = tmp_path / "student.toml"
    student.write_text(STUDENT)
    taught = ["--weights", teacher, "--teacher", teacher, "--sharp", sharp]
    target = tmp_path / "models" / "student"
    assert select(films, student, tmp_path, *map(str, taught), "--output", str(target)) == 0

    metrics = json.loads((target / "report" / "metrics.json").read_text())
    assert metrics["teachers"][0]["bundle_sha256"] == load_bundle(teacher).sha256
    assert metrics["sharp_copies"] == metrics["films"]["fit"]
    assert "Taught by smoke 1.0.0" in (target / "report" / "card.md").read_text()


def test_a_bundle_that_is_there_is_not_written_over(films, recipe, tmp_path, capsys):
    (tmp_path / "models" / "smoke").mkdir(parents=True)
    (tmp_path / "models" / "smoke" / "spec.json").write_text("{}")

    assert select(films, recipe, tmp_path, "--weights", "none") == 2
    assert "--replace" in capsys.readouterr().err


def test_what_is_no_bundle_is_never_written_over(films, recipe, tmp_path, capsys):
    precious = tmp_path / "models" / "smoke"
    precious.mkdir(parents=True)
    (precious / "thesis.txt").write_text("years of work")

    assert select(films, recipe, tmp_path, "--weights", "none", "--replace") == 2
    assert "not written by this command" in capsys.readouterr().err
    assert (precious / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("place", ["", "NORMAL", "NORMAL/deeper"])
def test_a_bundle_lies_apart_from_the_films(films, recipe, place, capsys):
    target = ["--output", str(films / place), "--replace"]

    assert main(["select", "--data", str(films), "--recipe", str(recipe), *target]) == 2
    assert "apart from the films" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["", "NORMAL", ".."])
def test_what_a_run_keeps_lies_apart_from_the_films(films, recipe, place, capsys):
    run = ["--run", str(films / place), "--output", str(recipe.parent / "models" / "smoke")]

    assert main(["select", "--data", str(films), "--recipe", str(recipe), *run]) == 2
    assert "--run must lie apart from the films" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "epochs = 1\nlearning_rate = 0.1\nepoch = 1", "fit.epoch: unknown key", id="unknown key"
        ),
        pytest.param("epochs = 0", "fit.epochs", id="out of range"),
        pytest.param("epochs = true", "fit.epochs", id="a bool for a number"),
        pytest.param("epochs = " + "[" * 3000, "nested too deep", id="nesting"),
    ],
)
def test_a_bad_recipe_is_said_before_a_film_is_read(tmp_path, text, sentence, capsys):
    recipe = tmp_path / "own.toml"
    recipe.write_text(f'name = "own"\ncandidates = ["mobilenetv2"]\n[fit]\n{text}\n')

    assert select(tmp_path / "none", recipe, tmp_path) == 2

    told = capsys.readouterr().err
    assert told.startswith("recipe_invalid: ")
    assert sentence in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own.toml"]


def test_a_full_disk_is_said_before_anything_is_trained(films, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))

    assert select(films, recipe, tmp_path, "--weights", "none") == 2
    assert not (tmp_path / "run").exists()


def test_bad_data_is_said_before_anything_is_trained(recipe, tmp_path, capsys):
    assert select(tmp_path / "none", recipe, tmp_path) == 2
    assert capsys.readouterr().err.startswith("data_invalid: ")
    assert not (tmp_path / "models").exists()


def epoch(accuracy: float, auc: float = 0.9, sensitivity: float = 0.9) -> Epoch:
    return Epoch(
        epoch=1,
        learning_rate=0.1,
        loss=0.1,
        accuracy=None,
        validation=Scores(
            accuracy=accuracy, auc=auc, sensitivity=sensitivity,
            specificity=0.0 if sensitivity == 1 else 0.9, brier=0.1, ece=0.1,
            cross_entropy=0.1, films=100,
        ),
    )  # fmt: skip


def candidate(name: str, *epochs: Epoch) -> Candidate:
    best = max(epochs, key=by_auc)
    return Candidate(backbone=name, curves=epochs, best=best, weights=Path(name))


def test_the_winner_is_the_most_accurate():
    chosen = choose((candidate("a", epoch(0.9)), candidate("b", epoch(0.85, 0.99))))

    assert chosen.backbone == "a"


def test_of_one_network_the_epoch_that_ranks_films_best_counts():
    both = candidate("a", epoch(0.95, 0.97), epoch(0.87, 0.99))

    assert both.best is both.curves[1]
    # So its accuracy is that epoch's, and another candidate's 0.9 is more.
    assert choose((both, candidate("b", epoch(0.9, 0.95)))).backbone == "b"


def test_a_tie_goes_to_the_greater_auc():
    assert (
        choose((candidate("a", epoch(0.8, 0.90)), candidate("b", epoch(0.8, 0.91)))).backbone == "b"
    )


def test_one_answer_for_everything_is_refused_by_name(caplog):
    """Answering PNEUMONIA to all would score the archive's share of it, and win."""
    with caplog.at_level(logging.WARNING):
        chosen = choose(
            (candidate("lazy", epoch(0.95, sensitivity=1.0)), candidate("b", epoch(0.6)))
        )

    assert chosen.backbone == "b"
    assert "lazy" in caplog.text


def test_no_candidate_that_can_tell_films_apart_is_an_error():
    with pytest.raises(TrainingError, match="lazy"):
        choose((candidate("lazy", epoch(0.95, sensitivity=1.0)),))


def test_only_the_very_same_run_is_gone_on_with(films, recipe, tmp_path):
    """Another recipe, other films or other first weights must not pick up these weights."""

    def folder(split: Split | None = None, **changes: object) -> Path:
        read, sha256 = read_recipe(recipe)
        job = TrainingJob(
            data=films,
            recipe=read,
            recipe_sha256=sha256,
            first={"mobilenetv2": FirstWeights("none")},
            target=tmp_path,
            run=tmp_path,
            version="1",
            command="",
        )
        return progress_folder(replace(job, **changes), split or whole)

    a, b, c, d = read_class_folders(films, ("NORMAL", "PNEUMONIA"))[:4]
    whole = Split(fit=(a, b), validation=(c,), calibration=(d,))
    others = [
        folder(recipe_sha256="0"),
        folder(first={"mobilenetv2": FirstWeights()}),
        folder(replace(whole, fit=(replace(a, classes=(1,)), b))),
        folder(replace(whole, fit=(replace(a, patient="another"), b))),
        folder(replace(whole, validation=(d,), calibration=(c,))),
    ]

    assert len({folder(), *others}) == 6
    assert folder() == folder()


def test_weights_that_do_not_fit_a_candidate_are_found_before_any_training(
    films, recipe, tmp_path, capsys
):
    np.savez(tmp_path / "own.npz", x=np.zeros(1))

    assert select(films, recipe, tmp_path, "--weights", str(tmp_path / "own.npz")) == 2
    assert "Conv1/kernel is missing" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_name_that_no_bundle_may_bear_is_refused_at_once(films, recipe, tmp_path, capsys):
    assert select(films, recipe, tmp_path, "--version", "1.0 beta") == 2
    assert "1.0 beta" in capsys.readouterr().err


def test_the_card_shows_a_command_without_this_machines_folders(tmp_path):
    recipe = tmp_path / "own.toml"
    arguments = [
        "select",
        f"--data={tmp_path}",
        f"--recipe={recipe}",
        "--weights",
        f"a={tmp_path}/w.npz",
    ]
    options = cli.parser().parse_args([*arguments, "--output", str(tmp_path / "out")])

    shown = shown_command(options, tmp_path / "out", version="1.0.0")

    assert str(tmp_path) not in shown
    assert "--weights a=w.npz" in shown


def test_the_card_shows_a_bundle_below_this_folder_so_that_the_command_runs():
    words = ["select", "--data=D", "--recipe=r.toml", "--weights=models/one"]
    options = cli.parser().parse_args(words)

    shown = shown_command(options, Path("models/two"), version="1.0.0")

    assert "--weights models/one --output models/two" in shown


@pytest.mark.parametrize(
    "is_real",
    [
        pytest.param(False, id="small ones in their place"),
        pytest.param(True, id="DenseNet121 and ResNet50 themselves", marks=pytest.mark.soak),
    ],
)
def test_all_candidates_are_trained_with_the_same_budget(tmp_path, monkeypatch, is_real: bool):
    entries = {name: replace(SMALL, name=name) for name in ("densenet121", "resnet50")}
    if not is_real:
        monkeypatch.setattr(freezing, "BACKBONES", entries)
    pictures = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 1), np.uint8)
    few = Prepared(pictures=pictures, truth=np.eye(2, dtype=np.uint8)[np.arange(8) % 2], films=())
    recipe = Recipe(
        name="own",
        candidates=("densenet121", "resnet50"),
        network=NetworkRecipe(size=32),
        fit=FitRecipe(epochs=2, batch=4, learning_rate=0.001),
    )
    none = dict.fromkeys(recipe.candidates, FirstWeights("none"))
    selection = Selection(
        recipe=recipe,
        films=few,
        validation=few,
        progress=tmp_path / "run",
        cache=tmp_path / "cache",
    )

    both = train_candidates(selection, none)

    assert [c.backbone for c in both] == ["densenet121", "resnet50"]
    assert [len(c.curves) for c in both] == [2, 2]
    assert all(c.weights.is_file() for c in both)
