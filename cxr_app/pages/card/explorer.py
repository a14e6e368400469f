"""What another threshold would cost: on this page alone, and stored nowhere."""

import streamlit as st

from cxr_app.pages.card import charts, figures, plots, tables
from cxr_app.pages.card.card import Card, films_of
from cxr_app.pages.card.curves import confusion_matrix, why_no_answers
from cxr_app.pages.parts.guard import guarded
from cxr_app.pages.parts.wording import plain, small_html
from cxr_app.report.answers import Answers
from cxr_app.report.curves import confusion_at, shares_right
from cxr_app.report.threshold import AtThreshold, at_threshold

__all__ = ["show"]


def show(card: Card) -> None:
    """Draw it."""
    if card.answers is None or card.part is None:
        st.markdown(why_no_answers(card))
        return
    st.markdown(
        f"Move the threshold to see what it would cost on the {films_of(card.part)}. It changes "
        "nothing else: the model's own threshold stays, and what you choose here is not stored. A "
        "threshold that is chosen on the films that measure it looks better than it is."
    )
    _explore(card, card.answers)


@st.fragment
def _explore(card: Card, answers: Answers) -> None:
    with guarded():  # it is drawn again by itself, outside the page's own boundary
        _draw(card, answers)


def _draw(card: Card, answers: Answers) -> None:
    own = at_threshold(answers, card.spec.decision.threshold)
    start = min(99, max(1, round(100 * own.threshold)))
    percentage = st.slider(
        f"{plain(card.labels[1])} is said from this probability on",
        min_value=1,
        max_value=99,
        value=start,
        format="%d%%",
        key=f"card_threshold_{card.bundle.sha256[:12]}",
    )
    # Where the reader has not moved it, it is the model's own to the last digit.
    chosen = own if percentage == start else at_threshold(answers, percentage / 100)
    st.markdown(_cost(own, chosen, card.labels))
    tables.show(
        "The model's own threshold and the chosen one, with 95% intervals",
        ("Threshold", "Sensitivity", "Specificity"),
        [
            (
                f"{name}, {one.threshold:.1%}",
                figures.percent(one.sensitivity),
                figures.percent(one.specificity),
            )
            for name, one in (("Own", own), ("Chosen", chosen))
        ],
        kinds="-nn",
    )
    confusion_matrix(
        f"Films at the chosen threshold, {chosen.threshold:.1%}", chosen.confusion, card.labels
    )
    plots.show(
        charts.over_thresholds(_every_percent(answers), own.threshold, chosen.threshold),
        alt="Sensitivity and specificity over the threshold. A solid line marks the chosen "
        "threshold, a dashed one the model's own; the table of the ROC curve has the figures.",
        key="card_over_thresholds",
    )
    st.html(small_html("Solid upright line: the chosen threshold. Dashed: the model's own."))


def _every_percent(answers: Answers) -> list[tuple[float, float, float]]:
    thresholds = [number / 100 for number in range(1, 100)]
    return [(one, *shares_right(confusion_at(answers, one))) for one in thresholds]


def _cost(own: AtThreshold, chosen: AtThreshold, labels: tuple[str, str]) -> str:
    other, looked_for = (plain(label) for label in labels)
    before, after = own.confusion, chosen.confusion
    having = after.true_positive + after.false_negative
    lacking = after.true_negative + after.false_positive
    if own.threshold == chosen.threshold:
        return (
            f"At the model's own threshold, {after.false_negative:,} of {having:,} films with "
            f"{looked_for} are missed, and {after.false_positive:,} of {lacking:,} {other} films "
            f"are called {looked_for}."
        )
    return (
        f"At {chosen.threshold:.0%}, {after.false_negative:,} of {having:,} films with "
        f"{looked_for} are missed (the model's own threshold: {before.false_negative:,}), and "
        f"{after.false_positive:,} of {lacking:,} {other} films are called {looked_for} (own: "
        f"{before.false_positive:,})."
    )
