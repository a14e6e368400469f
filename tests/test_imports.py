"""What serves stays light: no TensorFlow, Keras or PyTorch in its process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PAGE = """
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=50).run()
(drawing,) = [button for button in page.button if button.label == "Try it with a drawing"]
drawing.click().run()
assert not page.exception and not page.error, page.error
assert any("<table" in element.proto.body for element in page.get("html"))
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
