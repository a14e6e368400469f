"""What a source may cost; checked before memory is taken, and again on what really comes out."""

from dataclasses import dataclass
from typing import Final

__all__ = ["MAX_ASPECT", "MIB", "MIN_SHARP_SIDE", "Limits"]

MIB: Final = 2**20

MAX_ASPECT: Final = 4.0  # longer side over shorter side; no chest film is longer
MIN_SHARP_SIDE: Final = 224  # pixels; a shorter side than this is `upscaled`


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on one source.

    Attributes
    ----------
    max_bytes : int
        Largest file in bytes. An uncompressed 16-bit film of 4,300 x 3,500 has 30 MB.
    max_pixels : int
        Largest width x height. 35 x 43 cm at 0.05 mm is 60 million.
    max_side : int
        Longest side in pixels.
    min_side : int
        Shortest side in pixels; below it the lungs are a few dozen pixels.
    max_unpacked : int
        Bytes that any compressed part of a file may unpack to: 64 million pixels x 2 bytes, twice.
    decode_seconds : int
        Processor time that decoding one file may take; twice that by the clock.
    worker_memory : int
        Address space of a decoder process, in bytes.
    """

    max_bytes: int = 64 * MIB
    max_pixels: int = 64_000_000
    max_side: int = 16_384
    min_side: int = 96
    max_unpacked: int = 256 * MIB
    decode_seconds: int = 10
    worker_memory: int = 1024 * MIB
