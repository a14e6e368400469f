"""What frozen layers make of films, computed once by the serving engine and kept on disk."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_app.patches import import_openvino
from training.data.preparation import Prepared
from training.networks.backbones import Scaling

__all__ = ["Change", "frozen_maps"]

Change = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]

AT_ONCE: Final = 16


def frozen_maps(
    frozen: keras.Model,
    films: Prepared,
    *,
    change: Change | None,
    views: int,
    seed: int,
    identity: str,
    cache: Path,
) -> NDArray[np.floating[Any]]:
    """Run frozen layers over films, or take what they made of them from the cache.

    The key holds the films in their order, the layers' weights, the seed, Keras' version and the
    `identity`, so nothing that was made otherwise is ever taken.

    Parameters
    ----------
    frozen : keras.Model
        Of `training.networks.partition.cut`.
    films : Prepared
    change : callable (picture, generator) -> picture, or None
        The augmentation; without it every view is the film as it is.
    views : int
        Of each film.
    seed : int
        Of the changes.
    identity : str
        What else the result hangs on: the scaling, which lies in the graph and not in the weights,
        and the augmentation.
    cache : Path

    Returns
    -------
    ndarray, float16 [N, views, ...]
        Mapped from the file, so that it need not fit into memory. Half precision where it holds
        the values to a thousandth of each (`benchmarks/frozen_backbone.py` measures what that
        does to figures); float32 where they are too small or too large for it.
    """
    key = hashlib.sha256(films.pictures.tobytes())
    key.update(f"{films.pictures.shape} {views} {seed} {identity} {keras.__version__}".encode())
    key.update(keras.backend.backend().encode())
    for value in frozen.get_weights():
        key.update(np.ascontiguousarray(value).tobytes())
    place = cache / f"frozen-{key.hexdigest()[:16]}.npy"
    if not place.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_suffix(".part.npy")
        _compute(frozen, films, unfinished, change=change, views=views, seed=seed)
        unfinished.replace(place)
    stored: NDArray[np.floating[Any]] = np.load(place, mmap_mode="r", allow_pickle=False)
    return stored


def _compute(
    frozen: keras.Model,
    films: Prepared,
    place: Path,
    *,
    change: Change | None,
    views: int,
    seed: int,
) -> None:
    run = _compiled(frozen)
    count = len(films.pictures)
    # From all over the films, which are sorted by class.
    some = np.unique(np.linspace(0, count - 1, AT_ONCE).astype(np.int64))
    kind = _shortest(run(films.pictures[some]))
    shape = (count, views, *frozen.output.shape[1:])
    maps = np.lib.format.open_memmap(place, mode="w+", dtype=kind, shape=shape)
    start = 0
    with tqdm(total=count, desc="frozen layers", unit="film", leave=False) as bar:
        while start < count:
            stop = min(start + AT_ONCE, count)
            for view in range(views):
                pictures = _changed(films.pictures, range(start, stop), change, (seed, view))
                with np.errstate(over="ignore"):  # looked at below
                    maps[start:stop, view] = run(pictures)
            if maps.dtype == np.float16 and not np.isfinite(maps[start:stop]).all():
                # A value above 65,504: all over again, in 32 bits.
                maps = np.lib.format.open_memmap(place, mode="w+", dtype=np.float32, shape=shape)
                stop = 0
            start = stop
            bar.update(start - bar.n)
    maps.flush()


def _changed(
    pictures: NDArray[np.uint8],
    places: range,
    change: Change | None,
    seeds: tuple[int, int],
) -> NDArray[np.uint8]:
    """Change films at random, each by its own place and the number of the view."""
    chosen = pictures[places.start : places.stop]
    if change is None:
        return chosen
    seed, view = seeds
    draws = [np.random.default_rng((seed, place, view)) for place in places]
    return np.stack([change(*both) for both in zip(chosen, draws, strict=True)])


def _shortest(maps: NDArray[np.float32]) -> type[np.floating[Any]]:
    """Take half precision where it holds the maps: not of a network whose values are all tiny."""
    with np.errstate(over="ignore"):
        half = maps.astype(np.float16).astype(np.float32)
    largest = float(np.abs(maps).max())
    is_enough = np.allclose(half, maps, rtol=1e-3, atol=1e-4 * largest)
    return np.float16 if is_enough else np.float32


def _compiled(frozen: keras.Model) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """Compile for OpenVINO, several times faster than Keras; a backend that cannot export runs it.

    Float32 is said aloud: a processor with shorter numbers would take them by itself.
    """
    if keras.backend.backend() != "tensorflow":
        return lambda pictures: np.asarray(
            frozen.predict(pictures, batch_size=AT_ONCE, verbose=0), np.float32
        )
    openvino = import_openvino()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frozen.xml"
        frozen.export(str(file), format="openvino", verbose=False)
        graph = openvino.Core().read_model(file)
        hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        compiled = openvino.Core().compile_model(graph, "CPU", hints)
    request = compiled.create_infer_request()

    def run(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        outputs: NDArray[np.float32] = request.infer({0: pictures})[0]
        return outputs

    return run


def identity_of(scaling: Scaling, *more: object) -> str:
    """Say in words what a network's weights do not tell."""
    return " ".join(map(repr, (scaling, *more)))
