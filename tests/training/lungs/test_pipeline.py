"""From films with masks to a model that finds the lungs: the whole way, small."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from cxr_app.bundle import Bundle, load_bundle, open_bundle
from cxr_app.engine.lungs import LungFinder, open_lungs
from cxr_app.errors import BundleError
from tests.bundles import make_gated_bundle
from tests.training.lungs.makers import ellipses, make_masked_films
from training.cli import main
from training.errors import TrainingError
from training.lungs import network as network_module
from training.lungs import pipeline as module
from training.lungs.films import MaskedFilms
from training.lungs.fit import CHANGES, dice, fit_lungs
from training.lungs.graph import lungs_files
from training.lungs.network import build_unet
from training.lungs.pipeline import make_lungs


@pytest.fixture(autouse=True, scope="module")
def narrow() -> Iterator[None]:
    """Two levels of a few maps in place of five."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_module, "WIDTHS", (2, 4))
        yield


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_masked_films(tmp_path_factory.mktemp("masked"), children=15, adults=10)


def ellipse_pairs(count: int) -> MaskedFilms:
    films, masks = zip(*map(ellipses, range(count)), strict=True)
    return MaskedFilms(
        films=np.stack(films), masks=np.stack(masks), is_child=np.ones(count, np.bool_)
    )


def test_the_network_gives_one_logit_for_each_pixel():
    logits = build_unet().predict(np.zeros((2, 128, 128, 1), np.float32), verbose=0)

    assert logits.shape == (2, 128, 128, 1)


def test_halved_grey_levels_make_next_to_no_difference():
    keras.utils.set_random_seed(1)
    network = build_unet()
    film = ellipses(0)[0].astype(np.float32)[np.newaxis, ..., np.newaxis]

    whole, half = (network.predict(film * share, verbose=0) for share in (1.0, 0.5))

    assert half == pytest.approx(whole, abs=0.05 * float(np.abs(whole).max()))


def test_two_epochs_lower_the_loss_and_keep_no_unfinished_training(tmp_path: Path, capsys):
    network = fit_lungs(ellipse_pairs(32), epochs=2, seed=1, folder=tmp_path / "work")

    history = network.history.history["loss"]
    assert len(history) == 2
    assert history[1] < history[0]
    assert not (tmp_path / "work").exists()


def test_the_exported_graph_answers_as_keras_on_other_films():
    keras.utils.set_random_seed(2)
    network = build_unet()
    large = [np.kron(ellipses(seed)[0], np.ones((4, 4), np.uint8)) for seed in range(3)]
    small = np.stack([film[::4, ::4] for film in large])[..., np.newaxis].astype(np.float32)

    lungs = LungFinder(*lungs_files(network, large[0]).values())

    expected = 1 / (1 + np.exp(-network.predict(small, verbose=0)[..., 0]))
    found = np.stack([lungs.find(film) for film in large])
    assert found == pytest.approx(expected, abs=1e-4)
    assert found.std() > 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_perfect_finder_scores_1_however_the_film_is_changed(change: str):
    films = ellipse_pairs(2)
    dark = MaskedFilms(
        films=np.where(films.masks, 250, 100).astype(np.uint8),  # and black outside the film
        masks=films.masks,
        is_child=films.is_child,
    )
    level = 87 if change == "grey values halved" else 175

    found = dice(lambda film: film > level, dark, change)

    assert found == pytest.approx([1, 1], abs=0.02)


def test_dice_is_twice_what_is_shared_over_both():
    mask = np.zeros((1, 128, 128), np.bool_)
    mask[0, :64] = True
    films = MaskedFilms(films=mask.astype(np.uint8), masks=mask, is_child=np.ones(1, np.bool_))

    # All is found where half is lung: 2 x 1/2 / (1 + 1/2).
    assert dice(lambda film: film < 9, films, "as it is") == pytest.approx([2 / 3])
    assert dice(lambda film: film > 9, films, "as it is").tolist() == [0]


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Bundle:
    return open_bundle(Path(shutil.copytree(tiny_bundle, tmp_path / "models" / "own")))


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the training out; what becomes of its network is the same."""
    monkeypatch.setattr(module, "fit_lungs", lambda *arguments, **options: build_unet())


def test_a_model_of_format_1_becomes_one_of_format_2_without_a_gate(
    bundle: Bundle, masked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    options = ["--epochs", "1", "--seed", "1", "--work", str(tmp_path / "work")]

    assert main(["lungs", "--data", str(masked), "--model", str(bundle.folder), *options]) == 0

    new = open_bundle(bundle.folder)
    assert (new.spec.format, new.spec.gate, new.examiner) == (2, None, None)
    assert new.spec.lungs is not None
    assert (new.spec.lungs.side, new.spec.lungs.films) == (128, 20)
    report = json.loads((bundle.folder / "report" / "lungs.json").read_text("utf-8"))
    assert [(row["change"], row["group"], row["films"]) for row in report] == [
        (change, group, films)
        for change in CHANGES
        for group, films in (("children", 3), ("adults", 2))
    ]
    assert new.spec.lungs.dice == {row["group"]: row["median"] for row in report[:2]}
    assert f"adults: Dice median {report[-1]['median']:.3f}" in capsys.readouterr().out
    with pytest.raises(BundleError, match="python -m training gate"):
        load_bundle(bundle.folder)
    finder = open_lungs(new)
    assert finder is not None
    assert finder.find(np.zeros((512, 512), np.uint8)).shape == (128, 128)


@pytest.mark.usefixtures("untrained")
def test_an_old_gate_is_taken_out_for_it_rested_on_other_lungs(
    tiny_bundle: Path, masked: Path, tmp_path: Path
):
    gated = make_gated_bundle(tiny_bundle, tmp_path / "gated")

    make_lungs(gated, masked, epochs=1, seed=1, work=tmp_path / "work")

    assert open_bundle(gated.folder).spec.gate is None
    assert not {"gate.npz", "orientation.npz"} & {path.name for path in gated.folder.iterdir()}


@pytest.mark.usefixtures("untrained")
def test_films_of_one_age_group_alone_give_figures_of_that_group(bundle: Bundle, tmp_path: Path):
    children = make_masked_films(tmp_path / "children", children=20, adults=0)

    figures = make_lungs(bundle, children, epochs=1, seed=1, work=tmp_path / "work")

    assert {(one.group, one.films) for one in figures} == {("children", 4)}


def test_too_few_films_are_told_before_the_training(bundle: Bundle, tmp_path: Path):
    few = make_masked_films(tmp_path / "few", children=10, adults=8)

    with pytest.raises(TrainingError, match="14 films are left to fit on, and 16"):
        make_lungs(bundle, few, epochs=1, seed=1, work=tmp_path / "work")

    assert open_bundle(bundle.folder).sha256 == bundle.sha256


def test_the_command_says_what_is_wrong_with_the_films(bundle: Bundle, tmp_path: Path, capsys):
    arguments = ["lungs", "--data", str(tmp_path), "--model", str(bundle.folder)]

    assert main(arguments) == 2

    assert "manifest.csv do not fit together" in capsys.readouterr().err
