"""Predicting tells nobody: no connection, no new file in the home folder, no TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# An audit hook sees every attempt to resolve or connect, whatever library makes it.
CODE = """
import sys
attempts = []
sys.addaudithook(lambda event, args: attempts.append(event)
                 if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto") else None)
from cxr_app import Prediction, load_bundle
from cxr_app.imaging.drawing import draw_film
import time
Prediction(load_bundle()).classify_image(draw_film(0, size=(200, 200)))
time.sleep(1)  # reports are sent from a thread
print(attempts)
print([name for name in ("tensorflow", "keras", "torch", "streamlit") if name in sys.modules])
"""


def test_predicting_opens_no_connection_and_leaves_nothing_behind(tiny_bundle, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "CXR_MODEL": str(tiny_bundle), "CI": ""}

    out = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment,
    ).stdout  # fmt: skip

    assert out.splitlines() == ["[]", "[]"]
    assert list(home.iterdir()) == []
