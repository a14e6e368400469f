"""What a decoder process says of stored values, and what none would say."""

import json
import mmap
from typing import Any

import numpy as np
import pytest

from cxr_app.decoding import wire
from cxr_app.imaging.dicom.display import DisplayTransform, Function, Window
from cxr_app.imaging.spacing import Spacing, SpacingKind
from cxr_app.imaging.stored import StoredFilm


def film() -> StoredFilm:
    return StoredFilm(
        values=np.arange(12, dtype=np.int16).reshape(3, 4) - 5,
        transform=DisplayTransform(slope=0.5, window_function=Function.SIGMOID, padding=(-5, -4)),
        greys=np.random.default_rng(0).integers(0, 256, 65536).astype(np.uint8),
        windows=(Window(centre=1, width=2), Window(centre=3, width=4, function=Function.SIGMOID)),
        spacing=Spacing(row_mm=0.1, column_mm=0.2, kind=SpacingKind.CALIBRATED),
    )


def test_a_stored_film_comes_over_whole():
    sent, memory = film(), mmap.mmap(-1, 4096)
    found = wire.read_stored(wire.fill_stored(memory, sent), memory)

    assert np.array_equal(found.values, sent.values)
    assert np.array_equal(found.greys, sent.greys)
    assert (found.transform, found.windows) == (sent.transform, sent.windows)
    assert found.spacing == sent.spacing


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "object"},
        {"greys": ""},
        {"greys": "AAAA"},
        {"type": "uint8"},  # whose greys would be 256
        {"windows": [{"centre": 1, "width": 2, "function": "CUBIC"}]},
        {"windows": [{"centre": 1}]},
        {"spacing": {"row_mm": 0, "column_mm": 1, "kind": "detector"}},
        {"spacing": {"row_mm": 1, "column_mm": 1, "kind": "nearby"}},
    ],
)
def test_a_reply_that_no_decoder_gives_is_refused(wrong: dict[str, Any]):
    memory = mmap.mmap(-1, 4096)
    told = json.loads(wire.fill_stored(memory, film()))

    with pytest.raises((ValueError, TypeError, KeyError)):
        wire.read_stored(json.dumps({**told, **wrong}).encode(), memory)
