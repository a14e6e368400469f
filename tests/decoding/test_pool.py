"""Files are decoded in processes that may die, hang or swell, and nothing else does."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxr_app.codes import Code
from cxr_app.decoding.pool import DecoderPool
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.drawing import draw_film, draw_png
from cxr_app.imaging.spacing import Spacing, SpacingKind
from cxr_app.limits import MIB, Limits
from tests.imaging.dicom.makers import dcm

FILM = draw_film(1, size=(300, 260)).pixels
EVERY_FORMAT = ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF", "JPEG2000"]


def packed(kind: str, pixels: np.ndarray = FILM, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def endless_jpeg() -> bytes:
    """A progressive film whose last scan is repeated until decoding it takes minutes."""
    data = packed("JPEG", np.full((4000, 4000), 99, np.uint8), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * 5000 + data[-2:]


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    pool = DecoderPool(Limits(), 1)
    yield pool
    pool.close()


@pytest.fixture
def hasty() -> Iterator[DecoderPool]:
    pool = DecoderPool(replace(Limits(), decode_seconds=1), 1)
    yield pool
    pool.close()


def refusal(pool: DecoderPool, data: bytes) -> Code:
    with pytest.raises(Rejected) as caught:
        pool.decode(data)
    return caught.value.code


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_a_film_is_the_same_from_a_process_of_its_own(pool: DecoderPool, kind: str):
    data = packed(kind)
    apart, here = pool.decode(data), decode(data, Limits())

    assert np.array_equal(apart.pixels, here.pixels)
    assert (apart.facts, apart.depth, apart.warnings) == (here.facts, here.depth, here.warnings)
    assert not apart.pixels.flags.writeable


def test_a_refusal_comes_with_its_figures(pool: DecoderPool):
    with pytest.raises(Rejected, match=r"50 x 40 pixels\. Each side must be at least 96"):
        pool.decode(packed("PNG", FILM[:40, :50]))


def test_a_file_over_the_cap_is_not_even_sent():
    pool = DecoderPool(replace(Limits(), max_bytes=1024), 0)  # without a process: it would hang

    assert refusal(pool, bytes(1025)) is Code.TOO_LARGE_BYTES


def test_a_file_that_takes_too_long_costs_itself_and_the_next_one_is_read(hasty: DecoderPool):
    hasty.decode(packed("PNG"))
    started = time.monotonic()

    assert refusal(hasty, endless_jpeg()) is Code.DECODE_TIMEOUT
    assert time.monotonic() - started < 6
    assert hasty.decode(packed("PNG")).facts.width == 300


def test_a_process_that_stands_still_is_ended_by_the_clock(hasty: DecoderPool):
    hasty.decode(packed("PNG"))
    (worker,) = workers(hasty)
    os.kill(worker, signal.SIGSTOP)

    assert refusal(hasty, packed("PNG")) is Code.DECODE_TIMEOUT
    assert hasty.decode(packed("PNG")).facts.width == 300


def test_a_process_that_dies_at_its_first_film_costs_that_film():
    patient = DecoderPool(replace(Limits(), decode_seconds=60), 1)
    (worker,) = workers(patient)
    idle = patient._idle.get()
    assert idle is not None
    assert idle._parent.poll(60)  # it is ready
    patient._idle.put(idle)
    threading.Timer(1.0, os.kill, (worker, signal.SIGKILL)).start()

    try:
        assert refusal(patient, endless_jpeg()) is Code.WORKER_DIED
        assert patient.decode(packed("PNG")).facts.width == 300
    finally:
        patient.close()


def test_what_an_earlier_film_did_to_a_process_costs_no_other_film(hasty: DecoderPool):
    hasty.decode(packed("PNG"))
    (worker,) = workers(hasty)
    threading.Timer(0.3, os.kill, (worker, signal.SIGKILL)).start()

    # It is asked again, of a process of its own, and there it takes too long.
    assert refusal(hasty, endless_jpeg()) is Code.DECODE_TIMEOUT
    assert hasty.decode(packed("PNG")).facts.width == 300


def test_a_process_that_died_while_idle_costs_nothing(pool: DecoderPool):
    pool.decode(packed("PNG"))
    (worker,) = workers(pool)
    os.kill(worker, signal.SIGKILL)
    time.sleep(0.1)

    assert pool.decode(packed("PNG")).facts.width == 300


def test_memory_beyond_the_cap_is_a_code_and_the_next_film_is_read():
    # 80 million pixels of three colours need 240 MB; numpy and the libraries take the rest.
    limits = replace(
        Limits(), worker_memory=450 * MIB, max_pixels=89_000_000, max_unpacked=1024 * MIB
    )
    pool = DecoderPool(limits, 1)
    huge = io.BytesIO()
    Image.new("RGB", (9000, 8900), (90, 80, 70)).save(huge, "PNG", compress_level=1)
    try:
        assert refusal(pool, huge.getvalue()) in (Code.WORKER_DIED, Code.TOO_LARGE_UNPACKED)
        assert pool.decode(packed("PNG")).facts.width == 300
    finally:
        pool.close()


def test_a_process_that_stands_still_does_not_hold_up_who_sends_it_a_large_file(hasty: DecoderPool):
    hasty.decode(packed("PNG"))
    (worker,) = workers(hasty)
    os.kill(worker, signal.SIGSTOP)
    large = np.random.default_rng(0).integers(0, 256, (1200, 1200)).astype(np.uint8)

    started = time.monotonic()
    assert refusal(hasty, packed("PNG", large)) is Code.DECODE_TIMEOUT
    assert time.monotonic() - started < 6


def test_shared_memory_that_a_film_took_is_given_back_however_small_its_file(pool: DecoderPool):
    even = np.tile(np.arange(256, dtype=np.uint8), (3000, 12))  # 9 MB of pixels in a small file
    file = packed("PNG", even)
    assert len(file) < 2**20

    assert pool.decode(file).facts.width == 3072

    worker = pool._idle.get()
    pool._idle.put(worker)
    assert worker is not None
    assert os.fstat(worker._fd).st_blocks * 512 < 2**20


def test_a_process_that_never_came_to_a_film_costs_it_nothing():
    pool = DecoderPool(Limits(), 1)
    (worker,) = workers(pool)
    os.kill(worker, signal.SIGKILL)
    time.sleep(0.05)

    try:
        assert pool.decode(packed("PNG")).facts.width == 300
    finally:
        pool.close()


def test_no_module_is_taken_from_the_folder_where_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "numpy.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    pool = DecoderPool(Limits(), 1)

    try:
        assert pool.decode(packed("PNG")).facts.width == 300
    finally:
        pool.close()


def test_a_process_that_cannot_be_started_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("cxr_app.decoding.pool.subprocess.Popen", fail)
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(OSError, match="no more processes"):
            DecoderPool(Limits(), 1)

    assert len(list(Path("/dev/fd").iterdir())) == before


def test_closing_ends_the_processes():
    pool = DecoderPool(Limits(), 1)
    pool.decode(draw_png(1, size=(160, 128)))
    (worker,) = workers(pool)
    pool.close()

    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_confined_process_reaches_neither_files_nor_the_network():
    script = """
import os, socket
os.dup2(0, 50)  # its parent may hand on a high number, with gaps below
from cxr_app.decoding.sandbox import confine, warm_up
warm_up()
confine(2**30)
for open_something in (lambda: open("/etc/hostname"), socket.socket, socket.socketpair):
    try:
        open_something()
    except OSError as error:
        print(error.errno)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["24", "24", "24"]  # EMFILE


def test_a_process_hears_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "1")
    pool = DecoderPool(Limits(), 1)
    pool.decode(packed("PNG"))
    (worker,) = workers(pool)
    environment = Path(f"/proc/{worker}/environ").read_bytes()
    pool.close()

    assert b"PYTHONPATH" in environment
    assert b"SECRET" not in environment


def workers(pool: DecoderPool) -> list[int]:
    """Process ids of a pool that is idle."""
    idle = []
    while not pool._idle.empty():
        idle.append(pool._idle.get())
    for worker in idle:
        pool._idle.put(worker)
    return [worker._process.pid for worker in idle if worker is not None]


def test_stored_values_of_16_bits_come_with_how_they_are_shown(pool: DecoderPool):
    ramp = np.arange(100 * 120, dtype=np.uint16).reshape(100, 120)
    file = io.BytesIO()
    Image.fromarray(ramp).save(file, "PNG")

    found = pool.stored(file.getvalue())

    assert np.array_equal(found.values, ramp)
    # The highest, 11,999, lies below 2^14 - 1 = 16,383: a window of 16,384 about 8,192.
    assert (found.transform.window_centre, found.transform.window_width) == (8192, 16384)


def test_stored_values_of_dicom_keep_their_sign_their_window_and_their_spacing(pool: DecoderPool):
    values = (np.arange(96 * 96, dtype=np.int16) - 4000).reshape(96, 96)
    windows = {"WindowCenter": "40\\50", "WindowWidth": "400\\300"}
    data = dcm(values, **windows, ImagerPixelSpacing="0.2\\0.1")

    found = pool.stored(data)

    assert np.array_equal(found.values, values)
    assert (found.transform.window_centre, found.transform.window_width) == (40, 400)
    assert [window.width for window in found.windows] == [400, 300]
    assert found.spacing == Spacing(row_mm=0.2, column_mm=0.1, kind=SpacingKind.DETECTOR)


def test_stored_values_come_with_the_greys_that_the_program_shows(pool: DecoderPool):
    values = (np.arange(96 * 96, dtype=np.int16) - 4000).reshape(96, 96)
    data = dcm(
        values, WindowCenter="40", WindowWidth="400", PhotometricInterpretation="MONOCHROME1"
    )

    greys = pool.stored(data).greys

    assert np.array_equal(greys[values.astype(int) + 32768], pool.decode(data).pixels)


def test_stored_values_of_eight_bits_are_the_pixels(pool: DecoderPool):
    assert np.array_equal(pool.stored(packed("PNG")).values, FILM)
