"""What is done about films the model was not made for: gate, lungs; and checks of the heat map."""

import streamlit as st

from cxr_app.pages.card import figures, tables
from cxr_app.pages.card.card import Card
from cxr_app.percent import percent
from cxr_app.report.metrics import Gate

__all__ = ["show_gate", "show_lungs", "show_maps"]

SUMMARY = {
    "others_refused": "Pictures that are no chest films: refused",
    "children_refused": "Chest films of children: refused",
    "children_warned_adult": "Chest films of children: warned of as adults",
    "adults_warned_or_refused": "Chest films of adults: warned of or refused",
}


def show_gate(card: Card) -> None:
    """Draw the gate's table."""
    if card.spec.gate is None:
        st.markdown(
            "This model has no gate: every picture that can be read gets a number, whatever it "
            "shows."
        )
        return
    if card.metrics is None or card.metrics.gate is None:
        st.markdown("Not measured.")
        return
    gate = card.metrics.gate
    st.markdown(
        "What is refused or warned of before a number is shown. No picture was judged by a "
        "classifier that was fitted on it: films of the validation part and of the adults' test "
        "list were left out altogether, other pictures by source, in five folds. Where all "
        "pictures of a kind come from one source, they were left out picture by picture, which "
        "flatters the figure."
    )
    tables.show(
        "The gate in short",
        ("Pictures", "Share"),
        [(SUMMARY.get(name, name), percent(share)) for name, share in gate.summary.items()],
        kinds="wn",
    )
    st.markdown(
        "Children and adults come from different archives. How far the gate tells the archives "
        "apart rather than the ages cannot be known from these films."
    )
    with st.expander(f"All {len(gate.figures)} rows of the gate's table"):
        _rows(gate)


def _rows(gate: Gate) -> None:
    tables.show(
        "What the gate does with each kind of picture",
        ("Kind", "Form", "What is done", "Pictures", "Sources", "Share"),
        [
            (
                one.detail.replace("_", " "),
                one.form,
                one.what,
                f"{one.pictures:,}",
                f"{one.sources:,}",
                percent(one.share),
            )
            for one in gate.figures
        ],
        kinds="w-wnnn",
    )


def show_lungs(card: Card) -> None:
    """Draw how well the lungs are found."""
    if card.spec.lungs is None:
        st.markdown("This model does not look for the lungs.")
        return
    if card.metrics is None or not card.metrics.lungs:
        st.markdown("Not measured.")
        return
    st.markdown(
        f"A small network, fitted on {card.spec.lungs.films:,} films with lung masks, finds the "
        "lungs for the gate. Dice's coefficient on films that were left out, one film per patient; "
        "1 is perfect:"
    )
    tables.show(
        "How well the lungs are found",
        ("Whose", "Changed how", "Films", "Median", "Lowest"),
        [
            (one.group, one.change, f"{one.films:,}", f"{one.median:.3f}", f"{one.lowest:.3f}")
            for one in card.metrics.lungs
        ],
        kinds="-wnnn",
    )


def show_maps(card: Card) -> None:
    """Draw the checks of the heat map."""
    if card.metrics is None or not card.metrics.map_checks:
        st.markdown(
            "Not measured. Whether the heat map shows what the network used, and whether that lies "
            "in the lungs, has not been checked for this model."
        )
        return
    tables.show(
        "Checks of the heat map",
        ("Check", "Films", "Figure"),
        [
            (one.check, f"{one.films:,}", figures.decimal(one.figure))
            for one in card.metrics.map_checks
        ],
        kinds="wnn",
    )
