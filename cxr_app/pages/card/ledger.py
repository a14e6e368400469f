"""How often the official test was opened, for this model and for others."""

import streamlit as st

from cxr_app.pages.card import tables
from cxr_app.pages.card.card import Card
from cxr_app.pages.parts.wording import plain
from cxr_app.report.ledger import Opening, read_ledger

__all__ = ["show"]


def show(card: Card) -> None:
    """Draw it."""
    test = card.report.parts.get("test")
    if test is None:
        st.markdown("The official test films have not been opened for this model.")
    else:
        found = test.evaluation
        count = found.openings or 1
        times = "once" if count == 1 else f"{count} times"
        st.markdown(
            f"The official test had been opened {times} for this model when its figures were "
            f"written ({plain(found.date[:10])}). Films that are looked at often are chosen for in "
            "the end, however indirectly; so every opening is written down."
        )
    try:
        openings = read_ledger()
    except ValueError:
        st.markdown("The program's ledger of the official test cannot be read.")
        return
    if not openings:
        st.markdown("This installation has no ledger of its own.")
        return
    _table(openings, {card.bundle.sha256, test.evaluation.bundle_sha256 if test else ""})


def _table(openings: tuple[Opening, ...], mine: set[str]) -> None:
    tables.show(
        f"The ledger that comes with the program: {len(openings)} openings, of this and other "
        "models",
        ("Date", "Model", "This one", "Films", "AUC", "Sensitivity", "Specificity"),
        [
            (
                one.date[:10],
                f"{one.bundle} {one.version}",
                "yes" if one.bundle_sha256 in mine else "no",
                f"{one.films:,}",
                "not finished" if one.auc is None else f"{one.auc:.3f}",
                "not finished" if one.sensitivity is None else f"{one.sensitivity:.1%}",
                "not finished" if one.specificity is None else f"{one.specificity:.1%}",
            )
            for one in openings
        ],
        kinds="-w-nnnn",
    )
