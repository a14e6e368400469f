"""What a file declares is checked before anything is decoded."""

import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxr_app.codes import ANSWERS, Code, Kind
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.limits import Limits
from tests.bad.rows_of_damage import bombs, impossible, tiff_structure
from tests.bad.rows_of_files import whole
from tests.makers import (
    SIZE,
    film,
    flip,
    jpeg_edit,
    jpeg_scan,
    overwrite,
    png_chunk,
    png_of,
    png_raw,
    saved,
    tiff_of,
)

LIMITS = Limits()
MIB = 2**20


def _listed(error: Rejected) -> Code:
    assert ANSWERS[error.code].kind is Kind.REJECTION
    assert str(error)  # its figures fill its sentence
    return error.code


def _code(data: bytes, limits: Limits = LIMITS) -> Code | None:
    """Code of the rejection; None for a film. Anything else that is raised fails the test."""
    try:
        made = decode(data, limits)
    except Rejected as error:
        return _listed(error)
    height, width = made.pixels.shape
    assert width * height <= limits.max_pixels
    assert max(width, height) <= limits.max_side
    assert min(width, height) >= limits.min_side
    return None


def _cpu_seconds(data: bytes) -> float:
    """CPU time of one decoding: what else the machine does is not counted."""
    began = time.process_time()
    _code(data)
    return time.process_time() - began


@pytest.mark.parametrize("row", list(impossible())[:4], ids=lambda row: row.id)
def test_an_impossible_size_costs_nothing(row) -> None:  # type: ignore[no-untyped-def]
    data = row.make()
    seconds = min(_cpu_seconds(data) for _ in range(3))
    tracemalloc.start()

    code = _code(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code is Code.TOO_MANY_PIXELS
    assert seconds < 0.05
    assert peak < 20 * MIB


@pytest.mark.parametrize("row", list(bombs()), ids=lambda row: row.id)
def test_the_surplus_of_a_bomb_is_never_unpacked(row) -> None:  # type: ignore[no-untyped-def]
    data = row.make()
    seconds = _cpu_seconds(data)
    tracemalloc.start()

    _code(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * MIB
    assert seconds < 0.3  # to unpack 500 MB takes longer


def test_fifty_thousand_pages_are_refused_at_once() -> None:
    row = next(row for row in tiff_structure() if "50,000" in row.id)
    data = row.make()

    assert _code(data) is Code.MULTI_FRAME
    assert _cpu_seconds(data) < 0.2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xd8\xff" + b"\xfe\0\x02\xff" * 2**20, id="jpeg of a million comments"),
        pytest.param(b"\xff\xd8" + b"\xff" * (8 * MIB), id="jpeg of fill bytes"),
        pytest.param(
            jpeg_edit(whole()["jpeg"])[: jpeg_scan(whole()["jpeg"])] + b"\xff\x01" * (4 * MIB),
            id="jpeg scan of nothing but junk",
        ),
        pytest.param(
            jpeg_edit(whole()["jpeg"])[: jpeg_scan(whole()["jpeg"])] + b"\xff\xd0" * (4 * MIB),
            id="jpeg scan of nothing but restarts",
        ),
        pytest.param(
            png_of(film(7), before=[png_chunk(b"tEXt", b"")] * 200_000), id="png of empty texts"
        ),
    ],
)
def test_many_small_parts_cost_no_time(data: bytes) -> None:
    assert _code(data) is not None
    assert _cpu_seconds(data) < 1.0


def test_a_thousand_small_text_bombs_are_one_bomb() -> None:
    small = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(MIB)))

    assert _code(png_of(film(7), before=[small] * 1000)) is Code.TOO_LARGE_UNPACKED


def test_restart_marks_are_counted_from_the_header() -> None:
    data = saved(film(7), "JPEG", restart_marker_blocks=100)
    # 260 x 240 in blocks of 8: 33 x 30 = 990 units, 100 between marks: 9 marks.
    assert data.count(b"\xff\xd0") + data.count(b"\xff\xd7") == 3  # marks 0 and 8, and mark 7

    assert decode(data, LIMITS).warnings == ()
    swapped = decode(data.replace(b"\xff\xd7", b"\xff\xd6"), LIMITS)
    assert swapped.warnings == (Code.POSSIBLY_DAMAGED,)


@pytest.mark.parametrize("kind", sorted(whole()))
def test_two_hundred_flipped_files_of_each_kind(kind: str) -> None:
    data = whole()[kind]

    codes = {_code(flip(data, seed)) for seed in range(200)}

    if kind == "png":
        assert codes <= {Code.CORRUPT, Code.TRUNCATED, Code.NOT_AN_IMAGE}


@pytest.mark.parametrize("kind", ["jpeg", "jpeg progressive", "jpeg restarts", "jpeg 4:2:0"])
def test_a_scan_that_lost_pixels_is_short(kind: str) -> None:
    data = whole()[kind]
    intact = decode(data, LIMITS).pixels

    for lost in (3, 4, 10, 30, 300):
        cut = data[:-lost]
        # The last byte may hold padding alone; then nothing is missing but the end mark.
        if _code(cut) is None:
            assert lost < 10
            assert np.array_equal(decode(cut, LIMITS).pixels, intact)
        else:
            assert _code(cut) is Code.TRUNCATED


@pytest.mark.parametrize("mark", [b"\xff\xd3", b"\xff\x05", b"\xff\xc4\0\x02", b"\xff\xe5\0\x02"])
def test_a_mark_that_stops_the_scan_half_way_leaves_no_half_film(mark: bytes) -> None:
    data = whole()["jpeg"]

    assert _code(overwrite(data, len(data) // 2, mark)) in (Code.CORRUPT, Code.TRUNCATED)


def test_a_grey_corner_is_not_taken_for_a_missing_one() -> None:
    pixels = np.array(film(7))
    pixels[-40:, -40:] = 128

    made = decode(saved(pixels, "JPEG", quality=95), LIMITS)

    assert made.warnings == ()


def test_threads_do_not_disturb_each_other(capfd: pytest.CaptureFixture[str]) -> None:
    files = [*whole().values(), overwrite(whole()["tiff lzw"], 200, b"\xfe" * 3000)] * 4

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(_code_quietly, files))

    assert codes == [_code_quietly(data) for data in files]
    assert capfd.readouterr() == ("", "")


def _code_quietly(data: bytes) -> Code | None:
    try:
        decode(data, LIMITS)
    except Rejected as error:
        return error.code
    return None


SEEDS = [*whole().values(), png_of(film(7, SIZE) * np.uint16(257))]
LENGTHS = [0, 1, 2**31 - 1, 2**31, 2**32 - 1]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """One good file with flipped bits, spliced pieces, changed lengths or a cut."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        near_head = draw(st.booleans())
        at = draw(st.integers(0, min(400, len(data) - 1) if near_head else len(data) - 1))
        match draw(st.sampled_from(["flip", "length", "splice", "drop"])):
            case "flip":
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "length":
                order = draw(st.sampled_from(["little", "big"]))
                data[at : at + 4] = draw(st.sampled_from(LENGTHS)).to_bytes(4, order)  # type: ignore[arg-type]
            case "splice":
                other = draw(st.sampled_from(SEEDS))
                data[at : at + 64] = other[at : at + 64]
            case "drop":
                del data[at : at + draw(st.integers(1, 64))]
    return bytes(data)


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(mutated())
def test_any_bytes_give_a_film_or_a_listed_code(data: bytes) -> None:
    _code(data)


def test_a_damaged_deflate_strip_never_passes_as_another_film() -> None:
    """Damage often lengthens the stream; its checksum must be reached all the same."""
    pixels = film(1)
    sound = tiff_of(pixels, packing=8)
    expected = decode(sound, LIMITS).pixels
    for seed in range(60):
        at = int(np.random.default_rng(seed).integers(16 + 2, len(sound) // 2))
        try:
            found = decode(flip(sound, at), LIMITS).pixels
        except Rejected:
            continue
        assert np.array_equal(found, expected)


def test_what_is_clear_is_black_where_white_is_zero_too() -> None:
    grey = np.full((*SIZE[::-1], 2), 200, np.uint8)
    grey[:, :100, 1] = 0
    grey[:, 100:, 1] = 255
    grey[0, 0, 0] = 0

    made = decode(tiff_of(grey, photometric=0, extra={338: (3, (2,))}), LIMITS)

    assert made.pixels[10, 10] == 0
    assert made.pixels[10, -10] > 0


def deep(bits: int) -> np.ndarray:
    """A film whose values fill so many bits of sixteen."""
    return film(7, SIZE).astype(np.uint16) * np.uint16((2**bits - 1) // 255)


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_equal_channels_of_more_than_eight_bits_are_their_grey_twin(
    bits: int, channels: int, kind: str
) -> None:
    grey = deep(bits)
    layers = [grey, grey, grey, np.full_like(grey, 2**bits - 1)][:channels]
    colour = np.dstack(layers)
    if kind == "png":
        stored = colour.astype(">u2").view(np.uint8).reshape(len(grey), -1)
        packed = zlib.compress(np.pad(stored, ((0, 0), (1, 0))).tobytes())  # no filter in any row
        data = png_raw(SIZE, packed, depth=16, colour=2 if channels == 3 else 6)
        twin = png_of(grey)
    else:
        data = tiff_of(colour, photometric=2, extra={338: (3, (2,))} if channels == 4 else {})
        twin = tiff_of(grey)

    made, expected = decode(data, LIMITS), decode(twin, LIMITS)

    assert made.depth == 16
    assert made.warnings == ()
    assert np.array_equal(made.pixels, expected.pixels)
