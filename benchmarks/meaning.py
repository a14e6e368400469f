"""How wide "a score like this one" has to be, and what the page's interpretation of a film costs.

    python benchmarks/meaning.py --model models/NAME [--model models/OTHER]

For each width in log-odds: how many films of the official test find fewer than ten films like
themselves, counting themselves, and the fewest that one finds. Then, in milliseconds of one core:
making the official test ready, one step of the slider, and twenty small changes to the drawn film
on the wall clock. Only the answers kept in the bundle's report are read, no film.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the project runs from its checkout

import numpy as np

from cxr_app import Prediction, load_bundle
from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.film_input import make_input
from cxr_app.interpretation.official_test import ANSWERS_FILE
from cxr_app.interpretation.outcomes import FEWEST, outcomes_like
from cxr_app.interpretation.reference import Reference, open_reference
from cxr_app.interpretation.stability import answers_to_changes
from cxr_app.limits import Limits

WIDTHS = (0.25, 0.5, 0.75, 1.0, 1.5)
TIMES = 5


def main() -> None:
    """Print it for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, action="append", required=True)
    for folder in parser.parse_args().model:
        print(folder.name)
        _windows(folder)
        _costs(folder)


def _windows(folder: Path) -> None:
    # Whatever model the report names: how scores lie is asked, not how good they are.
    with (folder / "report" / ANSWERS_FILE).open(encoding="utf-8") as stream:
        next(stream)
        share = np.array([float(row["probability"]) for row in csv.DictReader(stream)])
    logits = np.log(share / (1 - share))
    for width in WIDTHS:
        alike = (np.abs(logits[:, None] - logits) <= width).sum(axis=1)
        print(f"  {width:.2f}: fewer than {FEWEST} for {(alike < FEWEST).mean():.1%}, "
              f"fewest {alike.min()}, median {np.median(alike):.0f}")  # fmt: skip


def _costs(folder: Path) -> None:
    prediction = Prediction(load_bundle(folder))
    reference = open_reference(prediction.bundle)
    if isinstance(reference, Reference):
        drawn = reference.drawn
        ready = _fastest(lambda: open_reference(prediction.bundle), time.thread_time)
        step = _fastest(lambda: outcomes_like(0.7, drawn, 0.05), time.thread_time)
        print(f"  made ready in {ready:.1f} ms, a step of the slider {step:.2f} ms")
    else:
        print(f"  {reference}")
    film = make_input(draw_film(1, size=(800, 700)), Limits())
    changes = _fastest(lambda: list(answers_to_changes(prediction, film)), time.perf_counter)
    print(f"  twenty changes in {changes:.0f} ms")


def _fastest(work: Callable[[], object], clock: Callable[[], float]) -> float:
    def once() -> float:
        began = clock()
        work()
        return 1000 * (clock() - began)

    return min(once() for _ in range(TIMES))


if __name__ == "__main__":
    main()
