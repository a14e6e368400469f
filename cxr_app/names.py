"""Names that people give: which a patient may have, and how a file's name is shown."""

import unicodedata
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import CxrError

__all__ = ["MAX_NAME", "check_name", "printable", "shown_file_name"]

MAX_NAME: Final = 120  # characters of the NFC form

# UTS #39, section 5.4: no known orthography stacks more; a taller pile covers the lines around it.
MAX_STACKED_MARKS: Final = 4

JOINERS: Final = frozenset("\u200c\u200d")  # Persian, Indic scripts and emoji need them

# They turn the order of what stands after them, so a name could pose as another.
TURNERS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

# Letters and symbols by category, but blank to the eye.
BLANKS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def printable(text: str) -> str:
    """Escape what a terminal would obey, and what it cannot show."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def check_name(text: str) -> str:
    """Check a patient's name.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        In Unicode's NFC, without blanks around it; otherwise as typed.

    Raises
    ------
    CxrError
        `name_invalid` with the reason.
    """
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        raise _invalid("it is empty")
    if len(name) > MAX_NAME:
        raise _invalid(f"it has {len(name)} characters, the limit is {MAX_NAME}")
    if any(letter in TURNERS for letter in name):
        raise _invalid("it contains a hidden character that changes the reading direction")
    # Controls, lone halves of a character, private use, and separators of lines and paragraphs.
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Co", "Zl", "Zp"} for letter in name):
        raise _invalid("it contains a line break or another character that cannot be shown")
    if _highest_pile(name) > MAX_STACKED_MARKS:
        raise _invalid(f"more than {MAX_STACKED_MARKS} accents on one letter")
    if not any(_is_visible(letter) for letter in name):
        raise _invalid("it has no visible characters")
    return name


def shown_file_name(name: str) -> str:
    """Make a file's name fit to be shown: no folders, and hidden signs written out.

    The result is still text to be escaped for HTML.
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1] or name
    return "".join(
        letter
        if letter.isprintable() or letter in JOINERS
        else letter.encode("unicode_escape").decode("ascii")
        for letter in base
    )


def _is_visible(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNPS" and letter not in BLANKS


def _highest_pile(name: str) -> int:
    highest = pile = 0
    for letter in unicodedata.normalize("NFD", name):
        pile = pile + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        highest = max(highest, pile)
    return highest


def _invalid(reason: str) -> CxrError:
    return CxrError(Code.NAME_INVALID, reason=reason)
