"""Films with lung masks, made by code: two dark ellipses on a bright ground."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

AGES = ("children 1-5", "adults")


def ellipses(seed: int, side: int = 128) -> tuple[np.ndarray, np.ndarray]:
    """Draw a film uint8 [side, side] and its mask, bool."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    shift, height = rng.uniform(-0.03, 0.03), rng.uniform(0.24, 0.32)
    mask = np.zeros((side, side), np.bool_)
    for middle in (0.3 + shift, 0.7 + shift):
        mask |= ((x - middle) / 0.15) ** 2 + ((y - 0.5) / height) ** 2 <= 1
    grey = np.where(mask, 50, 190) + rng.normal(0, 5, mask.shape)
    return np.clip(grey, 0, 255).astype(np.uint8), mask


def make_masked_films(folder: Path, *, children: int, adults: int) -> Path:
    """Write films, masks and the table."""
    for part in ("films", "masks"):
        (folder / part).mkdir(parents=True)
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "age_group"])
        for number in range(children + adults):
            film, mask = ellipses(number, side=160)
            Image.fromarray(film).save(folder / "films" / f"{number}.jpg")
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "masks" / f"{number}.png")
            writer.writerow([number, AGES[number >= children]])
    return folder
