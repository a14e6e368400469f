"""Where along the archive's numbers a model takes normal films for sick ones.

    python benchmarks/stretches.py --data DIR --model BUNDLE --recipe FILE

Kermany's normal films bear numbers in two series, IM and NORMAL2-IM. For every stretch of 150
numbers: how many films, the model's specificity, and the mean size of a file, which says how much
detail a picture has. Fit and validation films alone; on those that were fitted the specificity is
too kind. The same mean of the sick films comes last.
"""

import argparse
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
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
from training.data.archive import split_of
from training.data.sources import LabelledFilm
from training.evaluation.answers import ask
from training.recipes.recipe import read_recipe

STRETCH = 150


def stretch_of(film: LabelledFilm) -> tuple[str, int] | None:
    """Find series and first number of a film's stretch; None where its name bears none."""
    found = re.match(r"(NORMAL2-IM|IM)-(\d+)", film.path.stem)
    return found and (found[1], int(found[2]) // STRETCH * STRETCH)


def kilobytes(films: Iterable[LabelledFilm]) -> float:
    """Take the mean size of the films' files."""
    return float(np.mean([film.path.stat().st_size for film in films])) / 1000


def main() -> None:
    """Ask about the normal films, print a line a stretch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="Kermany's archive")
    parser.add_argument("--model", type=Path, required=True, help="a bundle of two classes")
    parser.add_argument("--recipe", type=Path, required=True, help="the bundle's own")
    options = parser.parse_args()
    bundle = open_bundle(options.model)
    recipe, _ = read_recipe(options.recipe)
    split = split_of(options.data, recipe)
    engine = OpenVinoEngine(bundle, precision=Precision.F32)
    prediction = Prediction(bundle, engine, limits=Limits())
    normal = tuple(film for film in split.fit + split.validation if film.label == 0)
    answers = ask(prediction, normal, {})
    is_right = answers.probability[:, 0] < bundle.spec.decision.threshold
    places = defaultdict(list)
    for place, film in enumerate(answers.films):
        if stretch := stretch_of(film):
            places[stretch].append(place)
    for (series, first), some in sorted(places.items()):
        size = kilobytes(answers.films[place] for place in some)
        print(
            f"{series:>10} {first:4}-{first + STRETCH - 1:4}  {len(some):3} films  "
            f"specificity {is_right[some].mean():.3f}  {size:.1f} kB a film"
        )
    size = kilobytes(film for film in split.fit + split.validation if film.label == 1)
    print(f"sick films: {size:.1f} kB a film")


if __name__ == "__main__":
    main()
