"""How much sooner a frozen backbone's candidates are trained when it is run once.

    python benchmarks/frozen_backbone.py [--data DIR] [--films 400] [--first NAME=SOURCE]
        [--recipe FILE] [--once]

The candidates of a recipe (003: two networks, three epochs), in one run on the same films: the
plain loop, which runs the frozen backbone in every epoch, and the project's own way, which runs it
once with the serving engine and keeps what it makes in half precision. Both train the very same
head from the same first weights with the same batches. Without --data the films are drawn. Ratios
are what to quote.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the project runs from its checkout
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.to_input import to_input
from training.data.archive import split_of
from training.data.preparation import Prepared, prepare, truth_of
from training.data.reduction import shrink
from training.learning.fit import FitRun, Labelled, by_labels, fit
from training.learning.losses import loss_of
from training.learning.progress import EPOCH_SCORES, Epoch
from training.learning.tasks import TASKS
from training.learning.training import TrainingTask, train
from training.metrics.scores import Scores
from training.networks.freezing import network_of
from training.networks.weights import FirstWeights, first_weights_of
from training.recipes.recipe import Recipe, read_recipe

AIM = 3.0
RECIPE = ROOT / "training" / "recipes" / "003.toml"


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of a training, and its curves."""

    seconds: float
    curves: tuple[Epoch, ...]


def drawn(count: int, size: int, seed: int) -> Prepared:
    """Draw films whose second class has a shadow in a lung."""
    classes = tuple((place % 2,) for place in range(count))
    pictures = []
    for place in range(count):
        film = draw_film(seed + place, size=(320, 256), consolidation=0.5 * (place % 2))
        pictures.append(shrink(to_input(film), size))
    return Prepared(pictures=np.stack(pictures), truth=truth_of(classes, 2), films=())


def found(data: Path, recipe: Recipe, count: int, cache: Path) -> tuple[Prepared, Prepared]:
    """Read fit and validation films of a data set, at most `count` to fit."""
    split = split_of(data, recipe)
    task = np.random.default_rng(0).permutation(len(split.fit))[:count]
    fitted = tuple(split.fit[place] for place in np.sort(task))
    both = [
        prepare(part, n_classes=len(recipe.data.labels), size=recipe.network.size, cache=cache)
        for part in (fitted, split.validation)
    ]
    return both[0], both[1]


def plain(task: TrainingTask) -> Timed:
    """Run the frozen backbone in every step."""
    started = time.perf_counter()
    curves, _ = fit(
        lambda: by_labels(
            network_of(task.backbone, task.recipe, task.first),
            loss_of(task.recipe.data.task, task.recipe.fit, task.films.truth),
        ),
        Labelled(items=task.films.pictures, truth=task.films.truth),
        Labelled(items=task.validation.pictures, truth=task.validation.truth),
        recipe=task.recipe.fit,
        change=lambda picture, _draw: picture,
        run=replace(task.run, folder=task.run.folder / "plain"),
    )
    return Timed(time.perf_counter() - started, curves)


def once(task: TrainingTask) -> tuple[Timed, Scores]:
    """Run it once; measure the whole network too, in which nothing is kept in half precision."""
    started = time.perf_counter()
    curves, weights = train(task)
    timed = Timed(time.perf_counter() - started, curves)
    network = network_of(task.backbone, task.recipe, FirstWeights(str(weights)))
    logits = network.predict(task.validation.pictures, batch_size=32, verbose=0)
    entry = TASKS[task.recipe.data.task]
    return timed, entry.score(task.validation.truth, entry.probabilities(logits))


def compared(task: TrainingTask, *, is_plain_too: bool) -> dict[str, float]:
    """Train one candidate both ways, print what came of it, and give the seconds of each."""
    kept, whole = once(task)
    runs = {"once": kept, **({"plain": plain(task)} if is_plain_too else {})}
    for way, run in runs.items():
        last = run.curves[-1].validation
        print(
            f"{task.backbone:>12} {way:>6} {run.seconds:7.1f} s  validation accuracy "
            f"{last.accuracy:.4f}  AUC {last.auc:.4f}"
        )
    best = max(kept.curves, key=task.run.score).validation
    print(
        f"{task.backbone:>12} by half precision: accuracy {best.accuracy - whole.accuracy:+.4f}  "
        f"AUC {best.auc - whole.auc:+.5f}  cross-entropy "
        f"{best.cross_entropy - whole.cross_entropy:+.5f}"
    )
    return {way: run.seconds for way, run in runs.items()}


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="the films; without it they are drawn")
    parser.add_argument("--films", type=int, default=400, help="to fit (default: 400)")
    parser.add_argument("--first", action="append", default=[], help="as --weights of select")
    parser.add_argument("--recipe", type=Path, default=RECIPE, help="default: 003")
    parser.add_argument(
        "--once",
        action="store_true",
        help="leave the plain loop away, for recipes that change films: it does not",
    )
    return parser.parse_args()


def main() -> None:
    """Compare, candidate by candidate."""
    options = read_options()
    keras.utils.disable_interactive_logging()
    recipe, _ = read_recipe(options.recipe)
    first = first_weights_of(options.first or ["none"], recipe.candidates)
    size, totals = recipe.network.size, {"plain": 0.0, "once": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        if options.data:
            films, validation = found(options.data, recipe, options.films, cache)
        else:
            films = drawn(options.films, size, seed=0)
            validation = drawn(options.films // 4, size, seed=10_000)
        print(
            f"{len(films.truth)} films to fit, {len(validation.truth)} to validate, {size} pixels"
        )
        for name in recipe.candidates:
            task = TrainingTask(
                backbone=name,
                first=first[name],
                films=films,
                validation=validation,
                recipe=recipe,
                run=FitRun(
                    folder=Path(folder) / name,
                    seed=recipe.seed,
                    score=EPOCH_SCORES[recipe.fit.monitor],
                ),
                cache=cache,
            )
            for way, seconds in compared(task, is_plain_too=not options.once).items():
                totals[way] += seconds
    if not options.once:
        print(f"ratio {totals['plain'] / totals['once']:.1f} (at least {AIM:g})")


if __name__ == "__main__":
    main()
