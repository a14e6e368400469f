"""Training the segmentation network, and measuring it on films left out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from scipy import ndimage

from training.lungs.films import MaskedFilms, batches
from training.lungs.network import build_unet

__all__ = ["BATCH", "CHANGES", "dice", "fit_lungs"]

BATCH: Final = 16
PEAK_RATE: Final = 2e-3

Grey = NDArray[np.uint8]


def _framed(picture: NDArray[Any]) -> NDArray[Any]:
    """Within a black border that takes 30 % of each side."""
    side = picture.shape[0]
    small = ndimage.zoom(picture.astype(np.float32), 0.7, order=1)
    before = (side - len(small)) // 2
    return np.pad(small, (before, side - len(small) - before)).astype(picture.dtype)


def _turned(picture: NDArray[Any]) -> NDArray[Any]:
    return ndimage.rotate(picture, 15, reshape=False, order=1)  # type: ignore[no-any-return]


# What must not matter: a name, what it does to a film, and what to its mask (0 and 255).
CHANGES: Final[Mapping[str, tuple[Callable[[Grey], Grey], Callable[[Grey], Grey]]]] = (
    MappingProxyType(
        {
            "as it is": (lambda film: film, lambda mask: mask),
            "within a border": (_framed, _framed),
            "grey values halved": (lambda film: film // 2, lambda mask: mask),
            "turned by 15 degrees": (_turned, _turned),
        }
    )
)


def fit_lungs(
    films: MaskedFilms, *, epochs: int, seed: int, folder: Path, steps: int | None = None
) -> keras.Model:
    """Train the network; an interrupted training goes on after its last whole epoch.

    Parameters
    ----------
    films : MaskedFilms
        To fit on.
    epochs : int
        Passes over them.
    seed : int
    folder : Path
        Where `keras.callbacks.BackupAndRestore` keeps an unfinished training.
    steps : int, optional
        Of an epoch, where it is not every film once.
    """
    keras.utils.set_random_seed(seed)
    network = build_unet()
    each = steps or len(films.films) // BATCH
    rate = keras.optimizers.schedules.CosineDecay(PEAK_RATE, epochs * each)
    network.compile(optimizer=keras.optimizers.AdamW(rate, weight_decay=1e-4), loss=_loss)
    folder.mkdir(parents=True, exist_ok=True)
    network.fit(
        batches(films, size=BATCH, seed=seed),
        steps_per_epoch=each,
        shuffle=False,  # `batches` has shuffled
        epochs=epochs,
        callbacks=[keras.callbacks.BackupAndRestore(folder)],
        verbose=2,
    )
    return network


def _loss(masks: Any, logits: Any) -> Any:
    """Cross-entropy plus one less the soft Dice of the batch."""
    cross = ops.mean(ops.binary_crossentropy(masks, logits, from_logits=True))
    lungs = ops.sigmoid(logits)
    both = 2 * ops.sum(masks * lungs) + 1
    return cross + 1 - both / (ops.sum(masks) + ops.sum(lungs) + 1)


def dice(
    find: Callable[[Grey], NDArray[np.bool_]], films: MaskedFilms, change: str
) -> NDArray[np.float64]:
    """Measure how far found lungs and masks agree on changed films.

    Parameters
    ----------
    find : callable (uint8 [128, 128]) -> bool [128, 128]
        The network, as it is served.
    films : MaskedFilms
    change : str
        One of `CHANGES`.

    Returns
    -------
    ndarray, float64 [N]
        Dice's coefficient of each film, 0..1.
    """
    of_film, of_mask = CHANGES[change]
    found = []
    for film, mask in zip(films.films, films.masks, strict=True):
        lungs = find(of_film(film))
        true = of_mask(mask.astype(np.uint8) * np.uint8(255)) > 127
        found.append(2 * np.sum(lungs & true) / max(1, lungs.sum() + true.sum()))
    return np.array(found)
