"""The figures of a finished model on labelled films, with their intervals."""

import streamlit as st

from cxr_app.interpretation.official_test import read_official_test
from cxr_app.pages.card import figures, tables
from cxr_app.pages.card.card import Card, films_of
from cxr_app.pages.parts.wording import operating_point, plain
from cxr_app.report.reader import Part

__all__ = ["before_gate", "choose", "show"]

PARTS = {"test": "Official test", "validation": "Validation", "all": "All"}


def choose(parts: dict[str, Part]) -> Part | None:
    """Let the reader choose the films, where there is a choice; the official test comes first."""
    names = sorted(parts, key=lambda name: (name != "test", name))
    if not names:
        return None
    if len(names) == 1:
        return parts[names[0]]
    chosen = st.segmented_control(
        "Films",
        names,
        default=names[0],
        required=True,
        format_func=lambda name: PARTS.get(name, name),
        key="card_films",
    )
    return parts[chosen or names[0]]


def before_gate(part: Part) -> str | None:
    """Say that a figure is older than the gate, where it is."""
    if not part.is_before_gate:
        return None
    return (
        "**Before the gate:** measured on this model before it had lungs and gate (identity "
        f"`{part.evaluation.bundle_sha256[:12]}`), when every film got a number."
    )


def show(card: Card) -> None:
    """Draw it."""
    test = read_official_test(card.bundle)
    st.markdown(operating_point(card.spec, test) + " " + _zone(card))
    if card.part is None:
        st.markdown("Nothing was measured on other films yet.")
        return
    _about(card, card.part)
    found = card.part.evaluation
    rows = [
        (words, figures.figure(name, found.figures[name]))
        for name, words in figures.NAMES.items()
        if name in found.figures
    ]
    tables.show(
        f"On the {films_of(card.part)}, with 95% intervals", ("Figure", "Value"), rows, kinds="wn"
    )
    _classes(card.part)
    _predictive(card)


def _zone(card: Card) -> str:
    low, high = card.spec.decision.zone
    if low == high:
        return "There is no indeterminate zone: every film is given a label."
    said = f'A probability from {low:.1%} to {high:.1%} is answered "indeterminate".'
    if card.metrics and (zone := card.metrics.zone):
        said += f" {zone.share_inside:.1%} of the calibration films lie in that zone"
        if zone.right_outside is not None:
            said += f"; {zone.right_outside:.1%} of the others are answered correctly"
        said += " (classes weighted equally)."
    return said


def _about(card: Card, part: Part) -> None:
    found = part.evaluation
    if (said := before_gate(part)) is not None:
        st.markdown(said)
    refused = sum(found.refused.values())
    lines = [
        f"{found.films:,} films of {found.patients:,} patients; {refused} refused. Measured on "
        f"{plain(found.date[:10])} with {plain(found.engine)}. Intervals by bootstrap over "
        "patients; resampling alone raises the calibration error, so its interval is biased upward."
    ]
    if part.name == "validation":
        lines.append(
            "These films were used to choose the epoch, the network and, through altered copies of "
            "them, the recipe, so the figures are optimistic."
        )
        retrained = card.metrics.retrained if card.metrics else None
        if retrained and retrained.epochs and retrained.with_validation_films:
            lines.append(
                "The network has since been trained on them too, which makes them more optimistic "
                "still."
            )
    st.markdown(" ".join(lines))


def _classes(part: Part) -> None:
    if part.evaluation.report is None:
        return
    names = ("precision", "recall", "f1")
    rows = [
        (
            one.label,
            *(
                figures.percent(one.intervals[name]) if name in one.intervals else figures.NONE
                for name in names
            ),
            f"{one.support:,}",
        )
        for one in part.evaluation.report.classes
    ]
    tables.show(
        "By class, at the threshold; precision and F1 depend on how many films of each class are "
        "in this set",
        ("Class", "Precision", "Recall", "F1", "Films"),
        rows,
        kinds="-nnnn",
    )


def _predictive(card: Card) -> None:
    if card.part is None or not card.part.evaluation.predictive:
        return
    other, looked_for = card.labels
    tables.show(
        "What an answer is worth where the disease is rarer or more common, by Bayes' rule from "
        "sensitivity and specificity",
        ("Prevalence", f"{looked_for} is right (PPV)", f"{other} is wrong, in 1,000 such answers"),
        [
            (f"{row.prevalence:.0%}", figures.percent(row.ppv), figures.per_thousand(row.npv))
            for row in card.part.evaluation.predictive
        ],
        kinds="nnn",
    )
    st.markdown(
        f"Both were measured against {plain(other)} films alone; among films with other findings "
        'an answer is worth less. A film that is answered "indeterminate" counts under its more '
        "probable label."
    )
