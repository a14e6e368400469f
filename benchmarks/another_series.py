"""What a model loses on films of a series that it has not seen, and what mends it.

    python benchmarks/another_series.py --data DIR --weights FILE.npz [--also DIR] [--weight 1.0]

The archive's normal films bear numbers in two series, IM and NORMAL2-IM, and the normal films of
its official test are the lowest numbers of both: none of them lies among those of `train`. Drawing
validation films at random by patient cannot show what that costs. So a whole series, NORMAL2-IM, is
kept out of training here. The network is measured twice, on validation films of the series that it
knows and on the series that it does not, at one threshold: the one at which as many sick validation
films are found as well ones. Neither test nor calibration films are touched. EfficientNet-Lite2 at
128 pixels, four epochs, otherwise as training/recipes/teacher.toml.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the project runs from its checkout
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from numpy.typing import NDArray

from training.data.archive import read_films, split_films
from training.data.preparation import Prepared, prepare
from training.data.second_archive import with_also
from training.data.sources import LabelledFilm
from training.data.splits import Split
from training.learning.fit import FitRun
from training.learning.training import TrainingTask, train
from training.metrics.scores import auc
from training.networks.freezing import network_of
from training.networks.weights import FirstWeights
from training.recipes.data import AlsoRecipe
from training.recipes.recipe import Recipe, read_recipe

SIZE, EPOCHS = 128, 4


def is_unseen(film: LabelledFilm) -> bool:
    """Whether a film is a normal one of the series that is kept out."""
    return film.label == 0 and film.patient.startswith("normal2-")


def apart(split: Split) -> tuple[Split, tuple[LabelledFilm, ...]]:
    """Keep the series out of every part; measure it against the sick films of other patients."""
    known = Split(
        fit=tuple(film for film in split.fit if not is_unseen(film)),
        validation=tuple(film for film in split.validation if not is_unseen(film)),
        calibration=split.calibration,
    )
    sick = tuple(film for film in split.validation if film.label == 1)
    unseen = tuple(film for film in split.fit + split.validation if is_unseen(film))
    return known, unseen + sick


def figures(margin: NDArray[np.float32], films: Prepared, threshold: float) -> str:
    """Say AUC, sensitivity and specificity."""
    labels = films.truth[:, 1].astype(np.int64)
    said = margin >= threshold
    (area,) = auc(labels, margin, np.ones((1, len(labels))))
    return (
        f"AUC {area:.4f}, sensitivity {said[labels == 1].mean():.3f}, "
        f"specificity {(~said[labels == 0]).mean():.3f} ({len(labels)} films)"
    )


def even(margin: NDArray[np.float32], films: Prepared) -> float:
    """Find the threshold at which as many sick films are found as well ones."""
    is_sick = films.truth[:, 1] == 1
    gaps = [
        abs((margin[is_sick] >= one).mean() - (margin[~is_sick] < one).mean()) for one in margin
    ]
    return float(margin[int(np.argmin(gaps))])


def recipe_of(options: argparse.Namespace) -> Recipe:
    """Make the teacher's recipe small, with a second archive or without."""
    recipe, _ = read_recipe(ROOT / "training" / "recipes" / "teacher.toml")
    fit = replace(recipe.fit, epochs=EPOCHS, patience=EPOCHS, warmup_steps=100)
    network = replace(recipe.network, size=SIZE)
    also = AlsoRecipe(
        name="second archive", source="nih-binary", only=tuple(options.only), weight=options.weight
    )
    return replace(recipe, network=network, fit=fit, also=also if options.also else None)


def main() -> None:
    """Train once, measure twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="Kermany's archive")
    parser.add_argument("--weights", required=True, help="ImageNet's, FILE.npz")
    parser.add_argument("--also", type=Path, help="NIH's archive, fitted too")
    parser.add_argument("--only", action="append", default=[], help="NORMAL: those films alone")
    parser.add_argument("--weight", type=float, default=1.0, help="of its films (default: 1)")
    options = parser.parse_args()
    recipe = recipe_of(options)
    films = read_films(options.data, recipe.data)
    split, unseen = apart(split_films(films, recipe))
    if options.also:
        split = with_also(split, films, options.also, recipe)
    with tempfile.TemporaryDirectory() as folder:
        fitted, known, other = (
            prepare(part, n_classes=2, size=SIZE, cache=Path(folder))
            for part in (split.fit, split.validation, unseen)
        )
        (name,) = recipe.candidates
        task = TrainingTask(
            backbone=name,
            first=FirstWeights(options.weights),
            films=fitted,
            validation=known,
            recipe=recipe,
            run=FitRun(folder=Path(folder) / name, seed=recipe.seed),
            cache=Path(folder),
        )
        _, best = train(task)
        network = network_of(name, recipe, FirstWeights(str(best)))
    margins = [margin_of(network, films) for films in (known, other)]
    threshold = even(margins[0], known)
    print(f"{len(fitted.films)} films fitted")
    print("series that it knows:  ", figures(margins[0], known, threshold))
    print("series that it does not:", figures(margins[1], other, threshold))


def margin_of(network: keras.Model, films: Prepared) -> NDArray[np.float32]:
    """Give the second logit less the first."""
    logits = network.predict(films.pictures, batch_size=64, verbose=0)
    margin: NDArray[np.float32] = logits[:, 1] - logits[:, 0]
    return margin


if __name__ == "__main__":
    main()
