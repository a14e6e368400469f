"""What serves stays light: no TensorFlow, Keras or PyTorch in its process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PAGE = """
from cxr_app.imaging.drawing import draw_png
from tests.stories.page import classify, errors, html, open_page, press
page = open_page()
press(page, "Add a drawing")
classify(page, ("film.png", draw_png(1, size=(160, 128)), "image/png"))
assert not page.exception and not errors(page), errors(page)
assert html(page).count("<table") == 2
"""

COMMAND_LINE = """
import cxr_app.cli
try:
    cxr_app.cli.main(["--help"])
except SystemExit:
    pass
"""

HEAVY = """
import sys
print("heavy:", sorted({"tensorflow", "keras", "torch", "training"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(PAGE, id="a film on the page"),
        pytest.param(COMMAND_LINE, id="the command line"),
    ],
)
def test_a_fresh_process_imports_no_training_library(program: str, tiny_bundle: Path):
    ended = subprocess.run(
        [sys.executable, "-c", program + HEAVY],
        cwd=ROOT,
        env={**os.environ, "CXR_MODEL": str(tiny_bundle)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "heavy: []"


def test_no_benchmark_hides_a_module_of_pythons_own():
    """A script's folder comes first on the path: `select.py` there took the place of `select`."""
    names = {file.stem for file in (ROOT / "benchmarks").glob("*.py")}

    assert names
    assert names & sys.stdlib_module_names == set()
