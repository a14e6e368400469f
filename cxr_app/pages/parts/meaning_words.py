"""Sentences and tables of what a number means; all text leaves here escaped for HTML."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from cxr_app.codes import ANSWERS
from cxr_app.interpretation.outcomes import FEWEST, Outcomes
from cxr_app.interpretation.predictive_values import PredictiveValues
from cxr_app.interpretation.prevalence import CALIBRATED_AT, at_prevalence
from cxr_app.interpretation.reference import Reference
from cxr_app.interpretation.stability import Stability
from cxr_app.percent import percent
from cxr_app.spec import Interval

__all__ = [
    "PRESETS",
    "condition",
    "curves_html",
    "heading_html",
    "list_html",
    "of_how_many",
    "outcome_sentences",
    "share_name",
    "stability_html",
    "stability_sentences",
    "values_html",
    "whose_intervals",
]

PRESETS: Final = (0.05, 0.15, 0.3, CALIBRATED_AT)
TABULATED: Final = (0.001, 0.01, 0.05, 0.1, 0.15, 0.3, 0.5, 0.7, 0.9)
SHORTEST_WORD: Final = 5  # letters; a shorter label is taken for an abbreviation, such as TB

Row = Sequence[str]


def condition(label: str) -> str:
    """Word a label within a sentence."""
    return label.lower() if label.isalpha() and len(label) >= SHORTEST_WORD else label


def share_name(prevalence: float) -> str:
    """Write a prevalence without needless digits: 5%, 0.12%."""
    return f"{100 * prevalence:.3g}%"


def of_how_many(prevalence: float, label: str) -> str:
    """Put a prevalence into words."""
    if prevalence == CALIBRATED_AT:
        return (
            f"{share_name(prevalence)}: as many children with {condition(label)} as without, as "
            "the model was calibrated."
        )
    many = 100 if prevalence >= 0.01 and (100 * prevalence) % 1 < 1e-9 else 10_000
    return (
        f"{share_name(prevalence)}: of {many:,} children who have a chest film, "
        f"{round(many * prevalence):,} have {condition(label)}."
    )


def values_html(
    probability: float, prevalence: float, values: PredictiveValues | None, labels: Sequence[str]
) -> str:
    """Tabulate a film's probability and how often labels are right, at a prevalence."""
    negative, positive = labels[0], labels[-1]
    at = "At a prevalence of " + share_name(prevalence)
    here = percent(at_prevalence(probability, prevalence))
    if values is None:
        return _table((at, ""), [(f"{positive}, this film", here)])
    rows = [
        (f"{positive}, this film", here, ""),
        (f"The label {positive} is right (PPV)", *_cells(values.positive)),
        (f"The label {negative} is right (NPV)", *_cells(values.negative)),
    ]
    return _table((at, "", "95% interval"), rows)


def curves_html(probability: float, reference: Reference) -> str:
    """Tabulate what the curves show, for those who do not see them."""
    rows = [
        (
            share_name(prevalence),
            percent(at_prevalence(probability, prevalence)),
            *(
                _cells(one)[0]
                for one in (reference.at[prevalence].positive, reference.at[prevalence].negative)
            ),
        )
        for prevalence in TABULATED
    ]
    return _details("Curves as a table", _table(("Prevalence", "This film", "PPV", "NPV"), rows))


def whose_intervals(reference: Reference) -> str:
    """Say what the intervals rest on."""
    test, n_draws = reference.test, reference.drawn.times.shape[1]
    return (
        f"PPV and NPV follow from sensitivity and specificity on the official test "
        f"({test.n_films:,} films of {test.n_patients:,} children); indeterminate answers count "
        f"with the label they are closer to. Intervals: {n_draws:,} random draws of these "
        "children, the same for both figures."
    )


def outcome_sentences(
    found: Outcomes, reference: Reference, probability: float, *, prevalence: float, label: str
) -> tuple[str, ...]:
    """Tell what became of test films with such a score."""
    low, high = percent(found.lowest), percent(found.highest)
    range_ = low if low == high else f"between {low} and {high}"
    if found.share is None:
        films = "film" if found.n_films == 1 else "films"
        return (
            f"Too few: {found.n_films} {films} of the official test had a score like this one "
            f"({range_}); below {FEWEST}, no share is given.",
        )
    share = found.share
    said = (
        f"{found.n_films} of the {reference.test.n_films:,} films of the official test, from "
        f"{found.n_patients} children, had a score like this one ({range_}, as calibrated). "
        f"{found.n_positive} of them were {label}, {found.n_films - found.n_positive} were not.",
        f"Weighted to a prevalence of {share_name(prevalence)}, {percent(share.value)} of such "
        f"films are {label} (95% interval {percent(share.low)} to {percent(share.high)}).",
    )
    here = at_prevalence(probability, prevalence)
    if share.low <= here <= share.high:
        return said
    more = "less often" if share.high < here else "more often"
    return (
        *said,
        f"The probability above, {percent(here)}, lies outside this interval: on the official "
        f"test, films with such a score were {label} {more} than the model says.",
    )


def stability_sentences(found: Stability, label: str) -> tuple[str, ...]:
    """Sum up how far the answer moved."""
    low, high = found.range
    n_changes = len(found.answers)
    said = [
        f"The film as it is: {percent(found.plain)} {label}. With {n_changes} small changes: "
        f"between {percent(low)} and {percent(high)}."
    ]
    if found.n_other_label:
        said.append(
            f"{found.n_other_label} of {n_changes} changed films fell on the other side of the "
            "operating point: the label depends on how the film was exported."
        )
    elif found.probabilities:
        said.append("The label stayed the same each time it was given.")
    if found.n_refused:
        said.append(f"{found.n_refused} of {n_changes} changed films were refused.")
    return tuple(said)


def stability_html(found: Stability, label: str) -> str:
    """Tabulate the answer to every change."""
    rows = [("As it is", percent(found.plain))]
    for answer in found.answers:
        if answer.probability is not None:
            said = percent(answer.probability)
        else:
            said = f"refused: {answer.code}" if answer.code in ANSWERS else "refused"
        rows.append((answer.change.name, said))
    return _details("Answers as a table", _table(("Film", f"Probability of {label}"), rows))


def heading_html(text: str) -> str:
    """Head a section of a card."""
    return f'<h4 style="font-size:1rem;font-weight:600;margin:0;padding:0">{escape(text)}</h4>'


def list_html(sentences: Iterable[str]) -> str:
    """List sentences."""
    rows = "".join(f"<li style='margin:0 0 .25rem'>{escape(one)}</li>" for one in sentences)
    return (
        f'<ul style="font-size:.875rem;line-height:1.4;margin:0;padding-left:1.25rem">{rows}</ul>'
    )


def _cells(share: Interval | None) -> tuple[str, str]:
    if share is None:
        return "none so labelled", ""
    return percent(share.value), f"{percent(share.low)} to {percent(share.high)}"


def _details(summary: str, inner: str) -> str:
    return (
        f'<details style="font-size:.875rem"><summary style="cursor:pointer">{escape(summary)}'
        f"</summary>{inner}</details>"
    )


def _table(head: Row, rows: Iterable[Row]) -> str:
    cell = "border:0;padding:.2rem .5rem .2rem 0;text-align:{};font-variant-numeric:tabular-nums"

    def line(cells: Row, *, is_head: bool) -> str:
        found = []
        for place, text in enumerate(cells):
            side = "left" if place == 0 else "right;white-space:nowrap"
            weight = 600 if is_head else 400
            scope = ' scope="col"' if is_head else ' scope="row"'
            name = "th" if (is_head and text) or place == 0 else "td"
            found.append(
                f'<{name}{scope if name == "th" else ""} style="{cell.format(side)};'
                f'font-weight:{weight}">{escape(text)}</{name}>'
            )
        return f"<tr>{''.join(found)}</tr>"

    body = "".join(line(row, is_head=False) for row in rows)
    return (
        '<table style="width:100%;border-collapse:collapse;margin:0;font-size:.875rem">'
        f"<thead>{line(head, is_head=True)}</thead><tbody>{body}</tbody></table>"
    )
