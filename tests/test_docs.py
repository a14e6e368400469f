"""What is promised in words is what the code has."""

import re
from pathlib import Path

import pytest

from cxr_app.codes import ANSWERS, Code
from cxr_app.settings import Settings

ROOT = Path(__file__).parent.parent


def test_every_code_has_a_sentence_and_its_line_in_the_docs():
    listed = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "codes.md").read_text("utf-8"), re.M)

    assert listed == [code.value for code in Code]
    assert set(ANSWERS) == set(Code)


def test_every_setting_is_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [n for n in Settings.model_fields if f"`CXR_{n.upper()}`" not in readme] == []


@pytest.mark.parametrize("command", ["make app", "make test", "make setup", "make lint"])
def test_every_command_of_the_readme_is_a_target(command: str):
    readme = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert command in readme
    assert re.search(rf"^{command.removeprefix('make ')}:", makefile, re.M)


def python_blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", readme, re.S)


def test_the_readmes_python_runs(tiny_bundle, monkeypatch, tmp_path, capsys):
    from cxr_app.imaging.phantom import phantom_png

    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    monkeypatch.chdir(tmp_path)
    Path("film.jpeg").write_bytes(phantom_png(0, size=(200, 200)))

    for block in python_blocks():
        exec(compile(block, "README.md", "exec"), {})

    assert "%" in capsys.readouterr().out


def test_no_requirements_file_names_where_packages_come_from():
    files = sorted(ROOT.glob("requirements*.txt"))

    assert [file.name for file in files if "://" in file.read_text("utf-8")] == []
    assert len(files) == 3
