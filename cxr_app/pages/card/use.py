"""What the model is for, what it is not for, and its limits."""

import streamlit as st

from cxr_app.pages.card.card import Card, films_of
from cxr_app.pages.parts.wording import plain
from cxr_app.report.evaluation import FormFigures

__all__ = ["show"]

WORTH_SAYING = 0.05
"""A loss of sensitivity or specificity that is named among the limits."""


def show(card: Card) -> None:
    """Draw it."""
    st.markdown(
        "**For** teaching, demonstration, and research into how such models behave.\n\n"
        "**Not for** diagnosis, triage or reassurance. It is not a medical device and has no "
        "intended medical purpose."
    )
    people = card.spec.population
    view = {"front": "frontal"}.get(people.view, people.view)
    ages = "not stated"
    if people.age_years:
        ages = f"{people.age_years[0]:g} to {people.age_years[1]:g} years"
    st.markdown(
        f"**Intended population:** {plain(view)} chest radiographs; age {ages}; source: "
        f"{plain(people.source)}. For any other film the probability is not valid."
    )
    st.markdown("**Limits:**\n\n" + "\n".join(f"- {line}" for line in _limits(card)))


def _limits(card: Card) -> list[str]:
    lines = [plain(line) for line in card.metrics.limits] if card.metrics else []
    parts = card.report.parts.values()
    lines += [
        f"{plain(form.form[:1].upper() + form.form[1:])}: on the {films_of(part)} sensitivity is "
        f"then {form.sensitivity:.1%} and specificity {form.specificity:.1%}."
        for part in parts
        for form in part.evaluation.forms
        if _is_harmful(form)
    ]
    if not any(part.evaluation.forms for part in parts):
        lines.append(
            "How far other shapes, sizes or compressions of a film move the answer has not been "
            "measured for this model."
        )
    if "test" not in card.report.parts:
        lines.append(
            "The official test films of the archive, if it has any, have not been opened for this "
            "model."
        )
    if card.spec.gate is None:
        lines.append("It has no gate: a picture that is not a chest film gets a number, too.")
    return [
        *lines,
        "The answer comes from the image alone: no clinical history, no second view, no earlier "
        "film.",
    ]


def _is_harmful(form: FormFigures) -> bool:
    pairs = (
        (form.sensitivity_before, form.sensitivity),
        (form.specificity_before, form.specificity),
    )
    known = [(before, after) for before, after in pairs if before is not None and after is not None]
    return len(known) == 2 and any(before - after > WORTH_SAYING for before, after in known)
