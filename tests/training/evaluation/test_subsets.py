"""Which films an evaluation measures."""

from pathlib import Path

import pytest

from cxr_app.bundle import Bundle
from cxr_app.spec import DataFacts, TrainingFacts
from tests.bundles import tiny_spec
from tests.training import findings
from training.errors import TrainingError
from training.evaluation.subsets import find_part

DATA = """source = "nih-binary"
labels = ["NORMAL", "PNEUMONIA"]
normals_per_case = 1.0"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films of two classes in an archive of findings; two of three have none."""
    folder = tmp_path_factory.mktemp("parts") / "films"
    return findings.make_archive(
        folder, findings=("No Finding", "Pneumonia", "No Finding"), train=24, test=6
    )


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return findings.write_recipe(tmp_path, name="nih", data=DATA)


def bundle_of(archive: Path, recipe: Path) -> Bundle:
    """Describe a model that was made from the archive by the recipe."""
    spec = tiny_spec(training=findings.facts_of(archive, recipe))
    return Bundle(folder=archive, spec=spec, sha256="0" * 64, head=None)


def test_a_recipe_says_what_kind_of_archive_the_test_films_lie_in(archive, recipe):
    part = find_part(bundle_of(archive, recipe), archive, part="test", recipe=recipe)

    # Places 24 to 29 of the table: every third from 25 on has Pneumonia.
    assert [film.label for film in part.films] == [0, 1, 0, 0, 1, 0]
    assert {film.subset for film in part.films} == {"test"}
    assert len(part.every) == 30


def test_validation_films_are_thinned_as_the_recipe_asks(archive, recipe):
    """Of eight with Pneumonia two are a quarter, and as many without are kept."""
    part = find_part(bundle_of(archive, recipe), archive, part="validation", recipe=recipe)

    assert sorted(film.label for film in part.films) == [0, 0, 1, 1]


def test_films_that_the_model_was_not_made_from_have_another_split(archive, recipe):
    bundle = bundle_of(archive, recipe)
    other = tiny_spec(
        training=TrainingFacts(
            recipe="nih",
            recipe_sha256=bundle.spec.training.recipe_sha256,
            data=DataFacts(name="drawn", films=1, sha256="0" * 64),
            seed=0,
            versions={},
        )
    )
    stranger = Bundle(folder=archive, spec=other, sha256="0" * 64, head=None)

    with pytest.raises(TrainingError, match="not the films that the model was made from"):
        find_part(stranger, archive, part="validation", recipe=recipe)


def test_an_archive_without_test_films_says_how_to_measure_all_of_it(archive, recipe, tmp_path):
    folder = findings.make_archive(
        tmp_path / "films", findings=("No Finding", "Pneumonia"), train=24, test=0
    )
    bundle = bundle_of(archive, recipe)  # made from other films

    with pytest.raises(TrainingError, match="--part all"):
        find_part(bundle, folder, part="test", recipe=recipe)
    assert len(find_part(bundle, folder, part="all", recipe=recipe).films) == 24


def test_a_model_is_not_measured_on_the_very_films_that_it_was_made_from(recipe, tmp_path):
    folder = findings.make_archive(
        tmp_path / "films", findings=("No Finding", "Pneumonia"), train=24, test=0
    )

    with pytest.raises(TrainingError, match="the very films") as caught:
        find_part(bundle_of(folder, recipe), folder, part="all", recipe=recipe)

    assert caught.value.code == "usage"


def test_test_films_are_not_measured_among_all_others(archive, recipe):
    with pytest.raises(TrainingError, match="a line in the ledger"):
        find_part(bundle_of(archive, recipe), archive, part="all", recipe=recipe)
