"""Films with lung masks: found, split by patient, and changed at random for the training."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cxr_app.examination.lungs import LUNGS_SIDE
from cxr_app.imaging.to_input import INPUT_SIDE
from training.errors import TrainingCode, TrainingError

__all__ = ["MaskedFilms", "batches", "read_masked_films"]

HELD_OUT: Final = 0.2  # share of the films of each age group
MOST_TURN: Final = 20.0  # degrees
QUARTER_TURNS: Final = 0.15  # chance of a film on its side or head
NEGATIVES: Final = 0.10
BORDERS: Final = 0.3

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedFilms:
    """Films and masks of one size.

    Attributes
    ----------
    films : ndarray, uint8 [N, 128, 128]
    masks : ndarray, bool [N, 128, 128]
        True in the lungs.
    is_child : ndarray, bool [N]
    """

    films: Grey
    masks: NDArray[np.bool_]
    is_child: NDArray[np.bool_]

    def take(self, chosen: NDArray[np.bool_]) -> "MaskedFilms":
        """Choose some of the films."""
        return MaskedFilms(
            films=self.films[chosen], masks=self.masks[chosen], is_child=self.is_child[chosen]
        )


def read_masked_films(folder: Path, *, seed: int) -> tuple[MaskedFilms, MaskedFilms]:
    """Read films to fit on and films to measure on; one film is one patient here.

    Parameters
    ----------
    folder : Path
        Holds `films/NAME.jpg`, `masks/NAME.png` (0 and 255) and `manifest.csv` with the columns
        `name` and `age_group`; an age group that begins with "children" is the model's own.
    seed : int
        Of the split.

    Raises
    ------
    TrainingError
        `data_invalid`.
    """
    try:
        with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        films = np.stack([_square(folder / "films" / f"{row['name']}.jpg") for row in rows])
        masks = np.stack([_square(folder / "masks" / f"{row['name']}.png") for row in rows])
        is_child = np.array([row["age_group"].startswith("children") for row in rows])
    except (OSError, KeyError, ValueError, AttributeError) as error:  # a short row has None
        reason = "films/, masks/ and manifest.csv do not fit together"
        raise TrainingError(TrainingCode.DATA_INVALID, place=str(folder), reason=reason) from error
    everything = MaskedFilms(films=films, masks=masks > 127, is_child=is_child)
    chosen = _held_out(is_child, np.random.default_rng(seed))
    return everything.take(~chosen), everything.take(chosen)


def _held_out(is_child: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    chosen = np.zeros(len(is_child), dtype=np.bool_)
    for group in (True, False):
        places = rng.permutation(np.flatnonzero(is_child == group))
        chosen[places[: round(HELD_OUT * len(places))]] = True
    return chosen


def _square(path: Path) -> Grey:
    """Bring a picture to the network's size as the app does: to its input, then by block means."""
    with Image.open(path) as picture:
        squashed = picture.convert("L").resize((INPUT_SIDE,) * 2, Image.Resampling.BILINEAR)
        return np.asarray(squashed.resize((LUNGS_SIDE,) * 2, Image.Resampling.BOX))


def batches(
    films: MaskedFilms, *, size: int, seed: int
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Yield changed films and their masks without end, each film once an epoch."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(len(films.films))
        for start in range(0, len(order) - size + 1, size):
            pairs = [
                _changed(films.films[i], films.masks[i], rng) for i in order[start : start + size]
            ]
            grey, lungs = (np.stack(part)[..., np.newaxis] for part in zip(*pairs, strict=True))
            yield grey.astype(np.float32), lungs.astype(np.float32)


def _changed(
    film: Grey, mask: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn, shift, scale, frame and re-expose a film; the mask goes with it."""
    grey, lungs = _moved(film / 255, mask.astype(np.float64), rng)
    if rng.random() < 0.5:
        grey, lungs = grey[:, ::-1], lungs[:, ::-1]
    if rng.random() < QUARTER_TURNS:
        turns = int(rng.integers(1, 4))
        grey, lungs = np.rot90(grey, turns), np.rot90(lungs, turns)
    grey = np.clip(grey, 0, 1) ** np.exp(rng.uniform(-0.5, 0.5))
    if rng.random() < NEGATIVES:
        grey = 1 - grey
    grey = grey * np.exp(rng.uniform(-0.9, 0)) + rng.uniform(0, 0.15)
    grey = grey + rng.normal(0, rng.uniform(0, 0.03), grey.shape)
    return np.clip(grey, 0, 1) * 255, (lungs > 0.5).astype(np.float64)


def _moved(
    grey: NDArray[np.float64], lungs: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    angle = np.deg2rad(rng.uniform(-MOST_TURN, MOST_TURN))
    scales = np.exp(rng.uniform(-0.25, 0.25) + rng.uniform(-0.12, 0.12, 2))
    if rng.random() < BORDERS:  # a film within a wide border, black or white
        scales = scales * rng.uniform(1.0, 1.8)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn * scales[:, np.newaxis]
    middle = (LUNGS_SIDE - 1) / 2
    offset = middle - matrix @ np.full(2, middle) + rng.uniform(-0.08, 0.08, 2) * LUNGS_SIDE
    around = 1.0 if rng.random() < 0.1 else 0.0
    moved = ndimage.affine_transform(grey, matrix, offset, order=1, cval=around)
    return moved, ndimage.affine_transform(lungs, matrix, offset, order=1, cval=0.0)
