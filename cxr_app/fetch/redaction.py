"""How an address that a user typed is shown: without what may be a secret."""

import re
from typing import Final

__all__ = ["HIDDEN", "shown_url"]

HIDDEN: Final = "***"
MAX_SHOWN: Final = 2048  # characters; a longer address is refused anyway

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# A name with a dot, or an address in brackets, and perhaps a port: what no password looks like.
_PLAIN_HOST: Final = re.compile(
    r"(?:\[[0-9A-Fa-f:.]+\]|[^\s@:\[\]\\.]+\.[^\s@:\[\]\\]+)(?::[0-9]*)?"
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
    match = _SCHEME.match(text)
    scheme = match[0] if match else ""
    rest = text.removeprefix(scheme)
    if scheme and not rest.startswith("//"):
        # `data:` holds the picture itself, and `user:password@` is no scheme.
        return HIDDEN if "@" in rest else scheme + HIDDEN
    slashes = "//" if rest.startswith("//") else ""
    return scheme + slashes + _shown_rest(rest.removeprefix(slashes))


def _shown_rest(rest: str) -> str:
    """Show what follows the slashes: host, path and that there is a query."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        end = authority.rfind("@")
    elif _PLAIN_HOST.fullmatch(authority):
        end = -1  # a sign in the path belongs to the path
    else:
        end = rest.rfind("@")  # perhaps a password with a slash or a question mark in it
    user, shown = (HIDDEN + "@", rest[end + 1 :]) if end >= 0 else ("", rest)
    shown = shown.split("#", 1)[0]
    path, mark, _ = shown.partition("?")
    return user + path + (mark + HIDDEN if mark else "")
