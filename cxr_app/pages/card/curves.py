"""ROC, confusion matrix and reliability, drawn from the stored answers."""

import streamlit as st

from cxr_app.pages.card import charts, figures, plots, tables
from cxr_app.pages.card.card import Card, films_of
from cxr_app.pages.parts.wording import plain
from cxr_app.report.curves import calibration_error, confusion_at, reliability, roc, shares_right
from cxr_app.report.evaluation import Confusion
from cxr_app.report.reader import Lack
from cxr_app.report.threshold import at_threshold

__all__ = ["confusion_matrix", "show_confusion", "show_reliability", "show_roc", "why_no_answers"]

LACKS = {
    Lack.ABSENT: "The answers to each film were not stored",
    Lack.FOREIGN: "The answers stored beside this model are another model's",
    Lack.DAMAGED: "The stored answers cannot be read",
}
TOLD = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Thresholds of the curve's table."""


def why_no_answers(card: Card) -> str:
    """Say why there is nothing to draw."""
    if card.part is None:
        return "Nothing was measured on labelled films yet."
    if isinstance(card.part.answers, Lack):
        return f"{LACKS[card.part.answers]}, so there is nothing to draw."
    raise ValueError("the answers are there")


def show_roc(card: Card) -> None:
    """Draw the ROC curve with the operating point."""
    if card.answers is None or card.part is None:
        st.markdown(why_no_answers(card))
        return
    curve = roc(card.answers)
    at = at_threshold(card.answers, card.spec.decision.threshold)
    other, looked_for = card.labels
    said = (
        f"{films_of(card.part)}: the area under the curve is {curve.auc:.3f}. The point is the "
        f"model's own threshold, {at.threshold:.1%}: sensitivity "
        f"{figures.percent(at.sensitivity)}, specificity {figures.percent(at.specificity)}. The "
        "dashed line is chance."
    )
    st.markdown(said)
    plots.show(
        charts.roc(curve, at, card.labels),
        alt=f"ROC curve of the {films_of(card.part)}; its table has the figures.",
        key="card_roc",
    )
    with st.expander("The curve as a table"):
        rows = []
        for threshold in sorted({*TOLD, at.threshold}):
            counts = confusion_at(card.answers, threshold)
            own = " (the model's own)" if threshold == at.threshold else ""
            shares = (f"{share:.1%}" for share in shares_right(counts))
            rows.append((f"{threshold:.1%}{own}", *shares))
        tables.show(
            "ROC: sensitivity and specificity by threshold",
            ("Threshold", f"Sensitivity ({looked_for})", f"Specificity ({other})"),
            rows,
            kinds="-nn",
        )


def show_confusion(card: Card) -> None:
    """Draw the confusion matrix at the operating point."""
    counts = card.part.evaluation.confusion if card.part else None
    if card.part is None or counts is None:
        st.markdown("Nothing was measured on labelled films yet.")
        return
    threshold = card.spec.decision.threshold
    confusion_matrix(f"{films_of(card.part)}, threshold {threshold:.1%}", counts, card.labels)
    zone = card.part.evaluation.zone
    if zone is not None:
        said = f"{zone.share_inside:.1%} of the films lie in the indeterminate zone"
        if zone.right_outside is not None:
            said += f"; {zone.right_outside:.1%} of the others are answered correctly"
        st.markdown(f"{said} (classes weighted equally).")


def confusion_matrix(caption: str, counts: Confusion, labels: tuple[str, str]) -> None:
    """Draw counts by what films are (rows) and what was said (columns)."""
    other, looked_for = labels
    rows = [
        (looked_for, counts.true_positive, counts.false_negative),
        (other, counts.false_positive, counts.true_negative),
    ]
    tables.show(
        caption,
        ("Labelled in the archive", f"called {looked_for}", f"called {other}", "all"),
        [
            (label, _part_of(first, second), _part_of(second, first), f"{first + second:,}")
            for label, first, second in rows
        ],
        kinds="-nnn",
    )


def _part_of(count: int, rest: int) -> str:
    return f"{count:,} ({count / (count + rest):.1%})" if count + rest else f"{count:,}"


def show_reliability(card: Card) -> None:
    """Draw the reliability diagram."""
    if card.answers is None or card.part is None:
        st.markdown(why_no_answers(card))
        return
    bins = reliability(card.answers)
    looked_for = card.labels[1]
    st.markdown(
        f"The {films_of(card.part)} are put into ten bins by the probability that was stated; a "
        "point on the dashed line means that the statement is right on average. The classes are "
        f"weighted equally, as if half of all films had {plain(looked_for)}; where fewer have it, "
        "the probability is too high. The mean distance from the line (ECE) is "
        f"{calibration_error(bins):.3f}."
    )
    plots.show(
        charts.reliability(bins, looked_for),
        alt=f"Reliability diagram of the {films_of(card.part)}; the table has every point.",
        key="card_reliability",
    )
    with st.expander("The diagram as a table"):
        tables.show(
            f"Stated and found probability of {looked_for}, classes weighted equally",
            ("Bin", "Films", "Mean stated", "Found"),
            [
                (
                    f"{one.low:.0%} to {one.high:.0%}",
                    f"{one.films:,}",
                    "no films" if one.claimed is None else f"{one.claimed:.1%}",
                    "no films" if one.found is None else f"{one.found:.1%}",
                )
                for one in bins
            ],
            kinds="-nnn",
        )
