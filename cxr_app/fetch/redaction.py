"""How an address that a user typed is shown: without what may be a secret."""

import re
from typing import Final

__all__ = ["HIDDEN", "MAX_SHOWN", "shown_url"]

HIDDEN: Final = "***"
MAX_SHOWN: Final = 2048  # characters; a longer address is refused anyway

_START: Final = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?")
# A name with a dot, or an address in brackets, and perhaps a port: what no password looks like.
_PLAIN_HOST: Final = re.compile(
    r"(?:\[[0-9A-Fa-f:.]+\]|[^\s@:\[\]\\./?#]+\.[^\s@:\[\]\\/?#]+)(?::[0-9]*)?(?=[/?#]|$)"
)


def shown_url(text: str) -> str:
    """Hide what may be a secret in an address: user, password, query; the fragment is dropped.

    Parameters
    ----------
    text : str
        As typed, well-formed or not. Where it is not clear what is the host, more is hidden; of a
        very long one the beginning is shown.

    Returns
    -------
    str
        Still text to be escaped where it is shown.
    """
    text = text[:MAX_SHOWN]
    rest = _START.sub("", text, count=1)
    start = text[: len(text) - len(rest)]
    if start.endswith(":"):
        # `data:` holds the picture itself, and `user:password@` is no scheme.
        return HIDDEN if "@" in rest else start + HIDDEN
    if not _PLAIN_HOST.match(rest) and "@" in rest:
        # An @ in the path belongs to the path, but perhaps this is a password with a slash in it.
        authority = re.split("[/?#]", rest, maxsplit=1)[0]
        end = (authority if "@" in authority else rest).rfind("@")
        start, rest = f"{start}{HIDDEN}@", rest[end + 1 :]
    path, mark, _ = rest.split("#", 1)[0].partition("?")
    return start + path + (mark + HIDDEN if mark else "")
