"""What decoders and pydicom raise on bytes that are not what they should be."""

import struct
from typing import Final

__all__ = ["FAULTS"]

# Errors of imagecodecs are RuntimeErrors.
FAULTS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    OSError,
    EOFError,
    struct.error,
)
