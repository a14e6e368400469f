"""What is promised in words is what the code has."""

import re
import tomllib
from argparse import PARSER, ArgumentParser
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from cxr_app.codes import ANSWERS, Code
from cxr_app.settings import Settings
from training.errors import TRAINING_ANSWERS, TrainingCode

ROOT = Path(__file__).parent.parent
GUIDES = ROOT / "docs" / "guide"


def test_every_code_has_a_sentence_and_its_line_in_the_docs():
    listed = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "codes.md").read_text("utf-8"), re.M)

    assert listed == [code.value for code in (*Code, *TrainingCode)]
    assert set(ANSWERS) == set(Code)
    assert set(TRAINING_ANSWERS) == set(TrainingCode)


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [n for n in Settings.model_fields if f"`CXR_{n.upper()}`" not in readme] == []


@pytest.mark.parametrize(
    "command", ["make app", "make test", "make setup", "make lint", "make weights"]
)
def test_every_command_of_the_readme_is_a_target(command: str):
    readme = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert command in readme
    assert re.search(rf"^{command.removeprefix('make ')}:", makefile, re.M)


def python_blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", readme, re.S)


def test_the_readmes_python_runs(tiny_bundle, monkeypatch, tmp_path, capsys):
    from cxr_app.imaging.drawing import draw_png

    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    monkeypatch.chdir(tmp_path)
    Path("film.jpeg").write_bytes(draw_png(0, size=(200, 200)))

    for block in python_blocks():
        exec(compile(block, "README.md", "exec"), {})

    assert "%" in capsys.readouterr().out


def test_no_requirements_file_names_where_packages_come_from():
    files = sorted(ROOT.glob("requirements*.txt"))

    assert [file.name for file in files if "://" in file.read_text("utf-8")] == []
    assert len(files) == 3


def default_of(entry: Field[Any]) -> object:
    """Say what a key is where a recipe leaves it out, as TOML has it: lists for tuples."""
    value = entry.default
    if entry.default_factory is not MISSING:
        value = entry.default_factory()
    return list(value) if isinstance(value, tuple) else value


def keys_of(table: type, above: str = "") -> dict[str, object]:
    """Find the path of every key below a table, with its default."""
    found: dict[str, object] = {}
    kinds = get_type_hints(table)
    for entry in fields(table):
        kind = kinds[entry.name]
        # A table, one that may be left out, or one that may stand several times.
        inner = [one for one in (kind, *get_args(kind)) if is_dataclass(one)]
        if inner:
            found |= keys_of(inner[0], f"{above}{entry.name}.")
        else:
            found[above + entry.name] = default_of(entry)
    return found


def written_default(cell: str) -> object:
    if cell == "must be given":
        return MISSING
    return None if cell == "not given" else tomllib.loads(f"it = {cell.strip('`')}")["it"]


def test_every_key_of_a_recipe_is_in_the_guide_with_its_default():
    from training.recipes.recipe import Recipe

    page = (GUIDES / "recipe-keys.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", page, re.M)

    assert {key: written_default(cell) for key, cell in rows} == keys_of(Recipe)
    assert len(rows) == len(dict(rows))


def test_every_name_that_a_recipe_may_choose_is_in_the_guide():
    from training.data.sampling import SAMPLERS
    from training.data.sources import SOURCES
    from training.learning.losses import LOSSES
    from training.learning.optimizers import OPTIMIZERS
    from training.learning.schedules import SCHEDULES
    from training.networks.backbones import BACKBONES
    from training.networks.heads import HEADS
    from training.recipes.fitting import DtypePolicy, Monitor
    from training.recipes.names import FINDINGS
    from training.recipes.network import Freeze

    names = [*SOURCES, *FINDINGS, *BACKBONES, *HEADS, *LOSSES, *OPTIMIZERS, *SAMPLERS, *SCHEDULES]
    names += [*Freeze, *Monitor, *DtypePolicy]
    page = (GUIDES / "recipe-keys.md").read_text("utf-8").partition("## Names")[2]

    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_searches_of_the_guide_suit_a_recipe():
    from cxr_app.strict_parsing import read_strictly
    from training.recipes.recipe import Recipe
    from training.recipes.search_space import check_space

    guide = (GUIDES / "recipes.md").read_text("utf-8")
    spaces = re.findall(r"```toml\n(.*?)```", guide, re.S)
    small = 'name = "mine"\ncandidates = ["resnet50"]\nfit = {epochs = 1, learning_rate = 1e-3}\n'

    assert spaces
    for space in spaces:
        check_space(read_strictly(Recipe, tomllib.loads(small + space)))


def options_of(parser: ArgumentParser) -> Iterator[str]:
    """Find the long options of a command and of all its verbs."""
    for action in parser._actions:
        yield from (name for name in action.option_strings if name.startswith("--"))
        if action.nargs == PARSER:
            for verb in action.choices.values():
                yield from options_of(verb)


def test_every_option_of_the_training_is_in_the_readme_or_a_guide():
    from training.cli import parser

    pages = [ROOT / "README.md", *GUIDES.glob("*.md")]
    words = {
        word for page in pages for word in re.findall(r"--[a-z][a-z-]*", page.read_text("utf-8"))
    }

    assert set(options_of(parser())) - words == set()


def test_every_recipe_is_in_the_guide():
    table = (GUIDES / "recipes.md").read_text("utf-8").partition("## ")[0]
    names = [file.stem for file in (ROOT / "training" / "recipes").glob("*.toml")]

    assert names
    assert [name for name in names if f"`{name}`" not in table] == []
