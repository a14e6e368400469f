"""Label files: one line for each film of a part, its path below the data folder and its labels."""

from collections.abc import Iterable

from training.data.sources import LabelledFilm
from training.data.splits import Split

__all__ = ["escaped", "label_files", "label_line"]


def label_files(
    films: tuple[LabelledFilm, ...], split: Split | None, labels: tuple[str, ...]
) -> dict[str, str]:
    """Write the files by name.

    `train.txt` holds the fit films, `validation.txt` and `calibration.txt` their parts, `test.txt`
    the archive's test films. Without a split there is `test.txt` alone.
    """
    parts: dict[str, Iterable[LabelledFilm]] = {
        "test.txt": (film for film in films if film.subset == "test")
    }
    if split is not None:
        parts = {
            "train.txt": split.fit,
            "validation.txt": split.validation,
            "calibration.txt": split.calibration,
            **parts,
        }
    return {
        name: "".join(label_line(film, labels) for film in mine) for name, mine in parts.items()
    }


def label_line(film: LabelledFilm, labels: tuple[str, ...]) -> str:
    r"""Write one line: path, tab, labels with "|" between them, line feed.

    A film without a label has nothing behind the tab.
    """
    names = "|".join(escaped(labels[place]) for place in film.classes)
    return f"{escaped(film.name)}\t{names}\n"


def escaped(text: str) -> str:
    r"""Write what could break a line, a tab or a line feed above all, with a backslash: ``\t``.

    A backslash is doubled, so that each text has a form of its own. Letters of any script stay.
    """
    return "".join(
        letter
        if letter.isprintable() and letter != "\\"
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
