"""How much sooner and faster OpenVINO answers than Keras: same films, same network, one run.

    python benchmarks/serving.py [--model DIR] [--films DIR] [--rounds 3]

Every figure is of a process of its own, the engines in turn (A B A B), so that a drift of the
machine meets both. Ratios are what to quote; seconds belong to the machine and the moment.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the project runs from its checkout

from cxr_app.imaging.drawing import draw_png

ENGINES = ("openvino", "keras")
AIMS = {"first result": (6, 12), "one film": (2, 4)}

LATER = """
import json, sys, time
from pathlib import Path
from cxr_app import Prediction, load_bundle
from cxr_app.imaging.decode import decode
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
prediction = Prediction(load_bundle(sys.argv[1] or None))
inputs = [to_input(decode(Path(p).read_bytes(), Limits()))[None] for p in sys.argv[2:]]
for one in inputs[:3]:
    prediction.engine.run(one)
seconds = []
for one in inputs * 2:
    started = time.perf_counter()
    prediction.engine.run(one)
    seconds.append(time.perf_counter() - started)
print(json.dumps(seconds))
"""


def run(arguments: list[str], engine: str) -> tuple[float, float, str]:
    """Run a process; return its wall seconds, its peak memory in MB and its output."""
    environment = {**os.environ, "CXR_ENGINE": engine, "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{engine}: the process failed with status {status}")
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - started, usage.ru_maxrss * unit / 1e6, out


def draw(folder: Path, count: int) -> list[Path]:
    """Draw films, so that the benchmark needs no data."""
    paths = [folder / f"{place:02}.png" for place in range(count)]
    for place, path in enumerate(paths):
        path.write_bytes(draw_png(place, consolidation=0.8 * (place % 2)))
    return paths


def measure(films: list[Path], model: str, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Measure both engines in turn."""
    found = {e: {"first result": [], "memory": [], "one film": []} for e in ENGINES}
    chosen = ["--model", model] if model else []
    for _ in range(rounds):
        for engine in ENGINES:
            command = ["-m", "cxr_app", "predict", str(films[0]), "--format", "jsonl", *chosen]
            seconds, memory, out = run(command, engine)
            if json.loads(out)["status"] != "ok":
                raise SystemExit(f"{engine}: the film was rejected")
            found[engine]["first result"].append(seconds)
            found[engine]["memory"].append(memory)
        for engine in ENGINES:
            _, _, out = run(["-c", LATER, model, *map(str, films)], engine)
            found[engine]["one film"].append(statistics.median(json.loads(out)))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", metavar="DIR")
    parser.add_argument("--films", type=Path, metavar="DIR", help="default: drawn ones")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.films:
            films = sorted(path for path in options.films.iterdir() if path.is_file())[:20]
        else:
            films = draw(Path(folder), 10)
        found = measure(films, options.model, options.rounds)
    print(f"{len(films)} films, {options.rounds} rounds, {os.cpu_count()} cores; medians (min-max)")
    for name, unit, factor in (
        ("first result", "s", 1),
        ("one film", "ms", 1000),
        ("memory", "MB", 1),
    ):
        cells = []
        for engine in ENGINES:
            values = [value * factor for value in found[engine][name]]
            middle = statistics.median(values)
            cells.append(f"{engine} {middle:.4g} {unit} ({min(values):.4g}-{max(values):.4g})")
        pairs = zip(found["keras"][name], found["openvino"][name], strict=True)
        ratio = statistics.median(slow / fast for slow, fast in pairs)
        aim = f"; at least {AIMS[name][0]}, aim {AIMS[name][1]}" if name in AIMS else ""
        print(f"{name:>12}: {', '.join(cells)}: ratio {ratio:.1f}{aim}")


if __name__ == "__main__":
    main()
