"""How the server takes uploads."""

from starlette.formparsers import MultiPartParser

__all__ = ["keep_in_memory"]


def keep_in_memory(max_bytes: int) -> None:
    """Take uploads in memory; left alone, Starlette writes those over 1 MiB to a temporary file."""
    MultiPartParser.spool_max_size = max_bytes + 1
