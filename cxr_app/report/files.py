"""Files beside a bundle: read whole where they are plain and small enough, else not at all."""

import stat
from pathlib import Path

__all__ = ["read_plain"]


def read_plain(place: Path, *, most: int) -> bytes | None:
    """Read a plain file; None where there is none.

    Raises
    ------
    ValueError
        Where there is something else (a link, a pipe), or more than `most` bytes.
    """
    try:
        facts = place.lstat()
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("is no plain file")
        if facts.st_size > most:
            raise ValueError(f"is larger than {most // 2**20} MiB")
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ValueError("cannot be read") from error
