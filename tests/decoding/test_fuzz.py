"""Mutated files of every format, through decoder processes: nothing but codes comes back.

`CXR_FUZZ_FILES` takes more of them than a run of the tests has time for.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from cxr_app.codes import ANSWERS, Code, Kind
from cxr_app.decoding.pool import DecoderPool
from cxr_app.errors import Rejected
from cxr_app.limits import Limits
from tests.bad.rows_of_files import whole
from tests.imaging.dicom.makers import IMPLICIT, dcm, j2k, rle, smooth

FILES = int(os.environ.get("CXR_FUZZ_FILES", "6000"))
PLAUSIBLE = (0x00, 0x01, 0x7F, 0x80, 0xFF, 0xFE, 0xD8, 0xDA, 0x28, 0x7F)
# What a process that is starved of time or memory may answer.
RARE = {Code.DECODE_TIMEOUT, Code.WORKER_DIED}


def seeds() -> dict[str, bytes]:
    grey = smooth(12)
    return {
        **whole(),
        "dicom": dcm(grey, BitsStored=12, WindowCenter="2000", WindowWidth="3000"),
        "dicom implicit": dcm(grey, syntax=IMPLICIT, whole=False),
        "dicom rle": dcm(grey, syntax="1.2.840.10008.1.2.5", stream=rle(grey), BitsStored=12),
        "dicom j2k": dcm(grey, syntax="1.2.840.10008.1.2.4.90", stream=j2k(grey), BitsStored=12),
        "dicom deflated": dcm(grey, syntax="1.2.840.10008.1.2.1.99", BitsStored=12),
    }


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Change bytes, most of them near the beginning, cut, repeat or drop a piece."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        reach = len(found) if rng.random() < 0.5 else min(len(found), 400)
        place = rng.randrange(max(1, reach))
        match rng.randrange(6):
            case 0 | 1:
                found[place : place + 1] = bytes([rng.choice(PLAUSIBLE)])
            case 2:
                found[place : place + 1] = bytes([rng.randrange(256)])
            case 3:
                found[place : place + 4] = rng.randbytes(4)
            case 4:
                del found[place : place + rng.randrange(1, 64)]
            case _:
                found[place:place] = found[place : place + rng.randrange(1, 64)]
    return bytes(found)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    pool = DecoderPool(Limits(), 1)
    yield pool
    pool.close()


def test_mutated_files_get_a_film_or_a_code_and_no_process_dies(pool: DecoderPool) -> None:
    rng = random.Random(20)
    kinds = sorted(seeds().items())
    answers: Counter[str] = Counter()
    for number in range(FILES):
        _, data = kinds[number % len(kinds)]
        is_for_a_viewer = rng.random() < 0.2
        try:
            film = (pool.stored if is_for_a_viewer else pool.decode)(mutated(data, rng))
        except Rejected as error:
            answers[error.code] += 1
        else:
            assert is_for_a_viewer or film.pixels.dtype == np.uint8
            answers["ok"] += 1
    refusals = set(answers) - {"ok"}
    assert {ANSWERS[Code(code)].kind for code in refusals} == {Kind.REJECTION}
    assert {code: answers[code] for code in RARE if answers[code]} == {}
    assert answers["ok"] > FILES / 20
