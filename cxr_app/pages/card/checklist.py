"""What published reporting guidelines ask for, item by item, and what was done."""

from collections import Counter

import streamlit as st

from cxr_app.pages.card import tables
from cxr_app.pages.card.card import Card
from cxr_app.report.checklist import CLAIM, TRIPOD_AI, Checklist, State, read_checklist

__all__ = ["show"]

TITLES = {CLAIM: "CLAIM 2020", TRIPOD_AI: "TRIPOD+AI 2024"}


def show(card: Card) -> None:
    """Draw it."""
    name = st.segmented_control(
        "Guideline",
        list(TITLES),
        default=CLAIM,
        required=True,
        format_func=lambda key: TITLES[key],
        key="card_guideline",
    )
    found = read_checklist(name or CLAIM)
    st.markdown(
        f"{found.name}, numbered as published, in our own words ({found.source}). {_count(found)}"
    )
    if card.spec.training.data.sha256 != found.data_sha256:
        st.markdown(
            "**The answers are about the models that come with this program.** This model was "
            "trained on other films; nobody has answered the items for it."
        )
    tables.show(
        f"{TITLES[name or CLAIM]}, item by item",
        ("Item", "Asked for", "State", "Answer"),
        [(one.number, one.asks, one.state.value, one.answer) for one in found.items],
        kinds="-wsw",
        is_stacked=True,
    )


def _count(found: Checklist) -> str:
    counts = Counter(one.state for one in found.items)
    told = [f"{counts[state]} {state.value}" for state in State if counts[state]]
    return f"Of {len(found.items)} items: {', '.join(told)}."
