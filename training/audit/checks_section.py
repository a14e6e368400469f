"""The audit's sections of the report."""

from typing import Final

from training.audit.checks import HASH_CAVEAT, Audit
from training.audit.duplicates import Alike
from training.audit.markup import listing, paragraph, section, table
from training.audit.shortcuts import COMBINED, WARN_ABOVE, Shortcut

__all__ = ["audit_sections"]

_REST: Final = "see audit.json"


def audit_sections(audit: Audit) -> tuple[str, ...]:
    """Write them: what cannot be read, what is there twice, whose films, and shortcuts."""
    return (
        _unreadable(audit),
        _identical(audit),
        _near(audit),
        _patients(audit),
        _shortcuts(audit),
    )


def _unreadable(audit: Audit) -> str:
    if not audit.unreadable:
        return section(
            "Films that cannot be read", paragraph(f"None: all {audit.films:,} can be read.")
        )
    items = [f"{one.film.name}: {one.code}" for one in audit.unreadable]
    return section(
        "Films that cannot be read",
        paragraph(
            f"{len(items):,} of {audit.films:,}. Training leaves them out, and refuses to "
            "start where they are more than one in a hundred."
        ),
        listing("Which films, and why", items, rest=_REST),
    )


def _identical(audit: Audit) -> str:
    if not audit.identical:
        return section("Identical films", paragraph("No two files are equal byte by byte."))
    surplus = sum(len(one.films) - 1 for one in audit.identical)
    return section(
        "Identical films",
        paragraph(
            f"Groups of files that are equal byte by byte: {len(audit.identical):,}; surplus "
            f"files: {surplus:,}. The split keeps a group together, and leaves copies of test "
            "films out."
        ),
        _crossings(audit.identical, "groups"),
        listing("Which films", [_named(one) for one in audit.identical], rest=_REST),
    )


def _near(audit: Audit) -> str:
    pairs = audit.near.pairs
    more = "" if audit.near.is_complete else " There are more: the search was ended."
    return section(
        "Nearly identical films",
        paragraph(f"Pairs besides identical files: {len(pairs):,}.{more} {HASH_CAVEAT}"),
        _crossings(pairs, "pairs") if pairs else "",
        listing("Which films", [_named(one) for one in pairs], rest=_REST),
    )


def _crossings(found: tuple[Alike, ...], noun: str) -> str:
    """Count what films that look the same stand on both sides of."""
    rows = [
        ("all", found),
        ("across the archive's folders", [one for one in found if one.is_across_folders]),
        ("of these, test and another", [one for one in found if _has_test(one)]),
        ("across parts of the split", [one for one in found if one.is_across_parts]),
        ("with different labels", [one for one in found if one.is_across_labels]),
        ("of different patients", [one for one in found if one.is_across_patients]),
    ]
    return table(
        ("where", noun),
        [(name, f"{len(some):,}") for name, some in rows],
        title=f"How many {noun}",
    )


def _has_test(one: Alike) -> bool:
    return one.is_across_folders and any(film.subset == "test" for film in one.films)


def _named(one: Alike) -> str:
    names = "  =  " if one.bits is None else "  ~  "
    said = names.join(film.name for film in one.films)
    facts = [f"{one.bits} bits apart"] if one.bits is not None else []
    facts += ["different folders"] * one.is_across_folders
    facts += [f"parts {', '.join(dict.fromkeys(one.parts))}"] * one.is_across_parts
    facts += ["different labels"] * one.is_across_labels
    facts += ["different patients"] * one.is_across_patients
    return f"{said} ({'; '.join(facts)})" if facts else said


def _patients(audit: Audit) -> str:
    rows = [
        (
            " and ".join(one.folders),
            f"{one.patients:,}",
            *(f"{one.films_in(folder):,}" for folder in one.folders),
        )
        for one in audit.shared
    ]
    alone = (
        f"Films that name no patient: {audit.without_patient:,} of {audit.films:,}. Each counts as "
        "a patient of its own, so films of one person may stand in two parts of the split."
        if audit.without_patient
        else "Every film names its patient."
    )
    if not rows:
        return section(
            "Patients", paragraph("No patient number stands in two folders."), paragraph(alone)
        )
    return section(
        "Patients",
        paragraph(
            "Some numbers stand in more than one of the archive's folders. Whether an equal number "
            "means the same person there is not known; figures on test are best given with and "
            "without these films."
        ),
        table(
            ("folders", "numbers", "films in the first", "films in the second"),
            rows,
            title="Patient numbers in more than one folder",
        ),
        paragraph(alone),
    )


def _shortcuts(audit: Audit) -> str:
    if not audit.shortcuts:
        return section(
            "Shortcuts",
            paragraph("Not measurable: it takes readable films with a label and without it."),
        )
    labels = dict.fromkeys(one.label for one in audit.shortcuts)
    tables = [
        table(
            ("number", "AUC (95 %)", "over the limit", "higher in"),
            [_row(one) for one in audit.shortcuts if one.label == label],
            title=f"How well one number alone tells {label}",
        )
        for label in labels
    ]
    return section(
        "Shortcuts",
        paragraph(
            "How well numbers that show nothing of the lungs tell the label. An AUC of 0.90 means: "
            "of a film with the label and one without it, the number picks the right one 90 times "
            f"in 100; 0.50 is chance. Above {WARN_ABOVE:.2f} a network can learn the number in "
            "place of the disease, and its figures on films of the same archive say little of "
            "others. Brightness and contrast may in part be the disease itself; size, shape and "
            "bytes cannot be."
        ),
        paragraph(
            "Without the test films; 95 % intervals by drawing patients again. The combined score "
            "comes from boosted trees, each film judged by trees that saw none of its patient.",
            kind="soft",
        ),
        *tables,
    )


def _row(one: Shortcut) -> tuple[str, str, str, str]:
    figure = f"{one.auc.value:.3f} ({one.auc.low:.3f}-{one.auc.high:.3f})"
    higher_in = "" if one.name == COMBINED else one.higher_in
    return one.name, figure, "warning" if one.is_warning else "", higher_in
