"""Whether it pays to ask about a film's mirror image too, and to take the mean of both answers.

    python benchmarks/mirrored.py --data DIR --model BUNDLE --recipe FILE

On validation films, as the app answers them; the mean is one of log-odds. No test film is touched.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the project runs from its checkout
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from cxr_app.bundle import open_bundle
from cxr_app.engine.openvino import OpenVinoEngine
from cxr_app.limits import Limits
from cxr_app.prediction import Prediction
from cxr_app.settings import Precision
from cxr_app.spec import Interval
from training.data.archive import split_of
from training.evaluation.answers import ask
from training.metrics.figures import changes, main_figures
from training.recipes.recipe import read_recipe


def said(name: str, one: Interval) -> str:
    """Write a figure with its interval."""
    return f"{name} {one.value:.4f} ({one.low:.4f} to {one.high:.4f})"


def main() -> None:
    """Ask twice, print the figures of one answer, of the mean, and their difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the archive")
    parser.add_argument("--model", type=Path, required=True, help="a bundle of two classes")
    parser.add_argument("--recipe", type=Path, required=True, help="the bundle's own")
    options = parser.parse_args()
    bundle = open_bundle(options.model)
    recipe, _ = read_recipe(options.recipe)
    films = split_of(options.data, recipe).validation
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    prediction = Prediction(bundle, engine, limits=Limits())
    answers = ask(prediction, films, {"mirrored": lambda pixels, _: pixels[:, ::-1].copy()})
    (once,) = answers.calls(bundle.spec.decision.threshold)
    both = np.clip([once.probability, answers.forms["mirrored"]], 1e-9, 1 - 1e-9)
    mean = 1 / (1 + np.exp(-np.log(both / (1 - both)).mean(axis=0)))
    twice = replace(once, probability=mean)
    print(f"{len(films)} films")
    gained = {name: found[0] for name, found in changes((once,), (twice,)).items()}
    for name, found in (
        ("film alone", main_figures(once)),
        ("film and its mirror image", main_figures(twice)),
        ("gained", gained),
    ):
        print(f"{name:>25}", *(said(key, one) for key, one in found.items()), sep="  ")


if __name__ == "__main__":
    main()
