"""Recipes are read strictly, before anything long starts."""

from pathlib import Path

import pytest

import training
from training.errors import TrainingError
from training.recipes.recipe import read_recipe

GOOD = """
name = "own"
candidates = ["densenet121"]
[fit]
epochs = 3
learning_rate = 0.002
"""


def read(tmp_path: Path, text: str | bytes):
    place = tmp_path / "own.toml"
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recipe(place)[0]


def test_what_is_not_said_has_its_default(tmp_path):
    recipe = read(tmp_path, GOOD)

    assert (recipe.fit.epochs, recipe.fit.batch, recipe.network.freeze) == (3, 32, "none")


@pytest.mark.parametrize(
    "path", sorted(Path(training.__file__).parent.glob("recipes/*.toml")), ids=str
)
def test_every_recipe_of_the_project_is_read(path: Path):
    assert read_recipe(path)[0].name == path.stem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(GOOD + "epoch = 4\n", "fit.epoch: unknown key; did you mean 'epochs'",
                     id="key"),
        pytest.param(GOOD.replace("3", "'3'"), "should be a valid integer", id="type"),
        pytest.param(GOOD.replace("3", "true"), "got True", id="a bool is no int"),
        pytest.param(GOOD.replace("3", "9" * 31), "less than or equal to 100000",
                     id="a huge number"),
        pytest.param(GOOD.replace("0.002", "nan"), "fit.learning_rate: should be a finite number",
                     id="not a number"),
        pytest.param(GOOD.replace("densenet121", "densenet120"), "did you mean 'densenet121'",
                     id="an unknown network"),
        pytest.param(GOOD.replace('"densenet121"', '"resnet50", "resnet50"'), "each may stand once",
                     id="a candidate twice"),
        pytest.param(GOOD + "[data]\nfit = 0.5\n", "must sum to 1", id="shares"),
        pytest.param(GOOD + "[augment]\nflip = 2\n", "augment.flip", id="a chance above 1"),
        pytest.param(GOOD.replace('"own"', '"../own"'), "name: should match", id="a path as name"),
        pytest.param("x = " + "[" * 500 + "]" * 500, "nested too deep", id="nested 500 deep"),
        pytest.param(GOOD.replace("0.002", "1" + "0" * 30), "fit.learning_rate", id="10^30"),
        pytest.param(GOOD.replace('"densenet121"', '"__import__(\'os\')"'), "is not known",
                     id="Python in a text"),
        pytest.param(GOOD + "loss = 'focus'\n", "fit.loss: 'focus' is not known; did you mean "
                     "'focal'?", id="an unknown loss"),
        pytest.param(GOOD + "sampler = 'some'\n", "known are every-film, over, under",
                     id="an unknown sampler"),
        pytest.param(GOOD + "schedule = 'step'\nwarmup_steps = 3\n", "belongs to schedule",
                     id="a warm-up without a cosine"),
        pytest.param(GOOD + "views = 2\n", "fit.views: belongs to network.freeze",
                     id="views of nothing frozen"),
        pytest.param(GOOD + "precision = 'mixed_float16'\n[network]\nfreeze = 'all'\n",
                     "fit.precision: belongs to", id="short numbers for a head"),
        pytest.param(GOOD + "[network]\nhead = 'vgg16-dense'\n", "belongs to vgg16 alone",
                     id="VGG16's head on another network"),
        pytest.param(GOOD.replace("densenet121", "vgg16")
                     + "[network]\nhead = 'vgg16-dense'\nsize = 128\n", "network.size: head",
                     id="VGG16's head at another size"),
        pytest.param(GOOD + "momentum = 0.5\n", "momentum: belongs to optimizer = 'sgd'",
                     id="a momentum that nothing looks at"),
        pytest.param(GOOD + "step_epochs = 5\n", "step_epochs: belongs to schedule = 'step'",
                     id="steps of a cosine"),
        pytest.param(GOOD + "sampler = 'over'\n", "balances already", id="balanced twice"),
        pytest.param(GOOD + "[population]\nage_years = [9.0, 1.0]\n", "youngest comes first",
                     id="ages upside down"),
        pytest.param(GOOD + "[data]\nsource = 'nih-binry'\n", "did you mean 'nih-binary'?",
                     id="an unknown source"),
        pytest.param(GOOD + "[data]\nsource = 'nih-findings'\n", "'NORMAL' is not known",
                     id="labels that are no findings"),
        pytest.param(GOOD + "[data]\nlabels = ['A', 'B', 'C']\n", "has two, got 3",
                     id="three classes in folders"),
        pytest.param(GOOD + "[data]\nleft_out = ['Edema']\n", "left_out: belongs to",
                     id="findings left out of folders"),
        pytest.param("ours = ['fit.epoch']\n" + GOOD, "'epoch' is not known; did you mean 'epochs'",
                     id="a key of ours that is none"),
        pytest.param(GOOD + "[[search]]\nkey = 'fit.learning_rate'\nlow = 1.0\nhigh = 0.1\n",
                     "low must be below high", id="a range upside down"),
        pytest.param(GOOD + "[[search]]\nkey = 'data.fit'\nlow = 0.1\nhigh = 0.2\n",
                     "search.0.key: should match", id="a search that would move the split"),
        pytest.param("x = 1\n" * 100_000, "larger than 256 KiB", id="large"),
        pytest.param(b"\xff", "", id="not UTF-8"),
        pytest.param("x = ", "", id="no TOML"),
    ],
)  # fmt: skip
def test_anything_else_names_the_key_and_what_is_allowed(tmp_path, text, sentence):
    with pytest.raises(TrainingError) as caught:
        read(tmp_path, text)

    assert caught.value.code == "recipe_invalid"
    assert str(caught.value).startswith("Recipe own.toml: ")
    assert sentence in str(caught.value)


def test_a_recipe_that_is_not_there_says_so(tmp_path):
    with pytest.raises(TrainingError, match="no such file"):
        read_recipe(tmp_path / "none.toml")


NETWORK = """
name = "own"
candidates = ["densenet121", "resnet50"]
[network]
freeze = "early"
first_trained = {value}
[fit]
epochs = 1
learning_rate = 0.1
"""


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("{{ densenet121 = 3 }}", "network.first_trained.densenet121: should be a valid string"),
        ("3", "network.first_trained: should be a"),
        ("{{}}", "network: first_trained: must name a layer, or one for each candidate listed"),
        ('""', "network: first_trained: must name a layer, or one for each candidate listed"),
        ('{{ vgg16 = "block5_conv1" }}', "network.first_trained"),
    ],
)
def test_a_first_trained_layer_that_is_none_is_told_by_its_key(
    value: str, sentence: str, tmp_path: Path
):
    place = tmp_path / "own.toml"
    place.write_text(NETWORK.format(value=value.format()))

    with pytest.raises(TrainingError) as caught:
        read_recipe(place)

    assert sentence in str(caught.value)
    assert "dict[" not in str(caught.value)
