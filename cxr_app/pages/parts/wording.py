"""Sentences and small tables made of figures; text from outside leaves here escaped."""

import base64
import re
from html import escape
from typing import Final

from cxr_app.codes import Code
from cxr_app.interpretation.official_test import Absence, OfficialTest
from cxr_app.names import printable, shown_file_name
from cxr_app.percent import percent
from cxr_app.records import Record
from cxr_app.spec import Interval, Spec

__all__ = [
    "alt_text",
    "answer_html",
    "handling",
    "heading2_html",
    "heading_html",
    "interval",
    "invalid_html",
    "isolated",
    "middle_cut",
    "notice",
    "operating_point",
    "plain",
    "session_heading_html",
    "shares_html",
    "shown",
    "small_html",
    "tile_html",
    "tile_name_html",
    "tile_picture_html",
    "why_less_probable",
    "within_page",
]

MAX_SHOWN: Final = 44  # characters of a name below a small picture
MAX_NAME_SHOWN: Final = 120
_PHRASES: Final = {
    "Research and education only, not": "Research and education only. Not",
    "not for diagnosis": "not for diagnostic use",
    "; trained on front films of children of 1-5 years": ". Intended population: frontal chest "
    "radiographs of children aged 1 to 5 years",
}
EVEN: Final = 0.5  # of two classes the one below it is the less probable


def plain(text: str) -> str:
    """Escape what Markdown would make more than text of: links, pictures, formulas, colours."""
    line = " ".join(text.split())
    escaped = re.sub(r"([\\`*\[\]<>$#~|!&]|:(?=\S)|(?<!\w)_|_(?!\w))", r"\\\1", line)
    return re.sub(r"^([-+]|\d+[.)])", r"\\\1", escaped)


def notice(text: str) -> str:
    """Word a bundle's notice as the page does; what a bundle says otherwise stays as it is.

    Bundles bear phrases that were written before the page's own; their bytes are their identity.
    """
    for phrase, ours in _PHRASES.items():
        text = text.replace(phrase, ours)
    return text


def operating_point(spec: Spec, test: OfficialTest | Absence) -> str:
    """Say from where on the last label is given, and how well that did.

    The official test first: on the calibration films the operating point itself was set.
    """
    decision, measured = spec.decision, spec.decision.measured
    head = f"Operating point: {plain(spec.labels[-1])} at {decision.threshold:.1%} or above."
    calibration = (
        f"on {decision.films:,} calibration films: sensitivity {interval(measured.sensitivity)}, "
        f"specificity {interval(measured.specificity)}"
    )
    if isinstance(test, Absence):
        return f"{head} Measured {calibration} (95% confidence intervals). {test.value}"
    return (
        f"{head} Official test, {test.n_films:,} films: sensitivity {interval(test.sensitivity)}, "
        f"specificity {interval(test.specificity)}. For comparison, {calibration}; on those the "
        "model was adjusted (95% confidence intervals)."
    )


def interval(share: Interval) -> str:
    """Write a share with its interval."""
    return f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)})"


def heading_html(record: Record) -> str:
    """Name the source, with its place in the session."""
    name = escape(middle_cut(shown(record.source), longest=MAX_NAME_SHOWN))
    return (
        '<h3 style="font-size:1rem;font-weight:600;margin:0;padding:0;overflow-wrap:anywhere">'
        f"{record.item}.&nbsp;<bdi>{name}</bdi></h3>"
    )


def answer_html(record: Record) -> str:
    """State label and confidence; where it is too close to call, that first."""
    label, confidence = escape(str(record.label)), escape(percent(record.confidence or 0.0))
    first, second = label, confidence
    if Code.NEAR_THRESHOLD in record.warnings:
        first, second = "Indeterminate", f"closer to {label}, {confidence}"
    return (
        '<p style="margin:0;line-height:1.3;overflow-wrap:anywhere">'
        '<span style="font-size:.875rem">Model output</span><br>'
        f'<strong style="font-size:1.75rem;font-weight:600">{first}</strong> '
        f'<span style="font-size:1.25rem;margin-left:.25rem">{second}</span></p>'
    )


def why_less_probable(record: Record) -> str | None:
    """Explain a label that is not the more probable class: the threshold lies off the middle."""
    if record.confidence is None or record.confidence >= EVEN:
        return None
    last = list(record.confidences or {})[-1]
    return (
        f"The operating point for {last} is {record.threshold:.1%}, so the label given is the "
        "less probable class."
    )


def shares_html(record: Record) -> str:
    """Tabulate every class's percentage, with a bar that repeats it for the eye."""
    rows = "".join(_share_row(label, share) for label, share in (record.confidences or {}).items())
    return f'<table style="width:100%;border-collapse:collapse;margin:0">{rows}</table>'


def small_html(text: str) -> str:
    """Set a line small; Streamlit's own captions are too pale (4.1 to 1 where 4.5 is asked)."""
    return f'<p style="font-size:.875rem;line-height:1.4;margin:0">{escape(text)}</p>'


def shown(name: str) -> str:
    """Show a source: an address as it is, of a file the name without its folders."""
    return printable(name) if "://" in name else shown_file_name(name)


def isolated(name: str) -> str:
    """Escape a name for a label, so that its reading direction stays its own."""
    return f"\u2068{plain(name)}\u2069"


def within_page(picture: bytes) -> str:
    """Put a JPEG into its own address: one with an address elsewhere is served to anybody."""
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode("ascii")


def tile_html(text: str) -> str:
    """Stand in for a picture that is not there."""
    return (
        '<div style="aspect-ratio:1;display:grid;place-items:center;text-align:center;'
        "padding:.5rem;border-radius:.25rem;font-size:.875rem;"
        f'background:color-mix(in srgb,currentColor 10%,transparent)">{escape(text)}</div>'
    )


def tile_picture_html(picture: bytes) -> str:
    """Show a film small in a square; its name stands below, so the picture needs no other."""
    return (
        f'<img src="{within_page(picture)}" alt="" style="display:block;width:100%;'
        'aspect-ratio:1;object-fit:contain;background:#000;border-radius:.25rem">'
    )


def tile_name_html(name: str) -> str:
    """Name a film on the form; a long name is cut in the middle, its ending stays."""
    text = shown(name)
    return (
        '<p style="font-size:.875rem;line-height:1.3;margin:0;overflow-wrap:anywhere">'
        f"<bdi>{escape(middle_cut(text))}</bdi></p>"
    )


def middle_cut(text: str, *, longest: int = MAX_SHOWN) -> str:
    """Shorten a text in the middle."""
    if len(text) <= longest:
        return text
    head, tail = (longest - 1) // 2, longest // 2
    return f"{text[:head]}…{text[-tail:]}"


def heading2_html(text: str) -> str:
    """Head a part of the page, a step below its title."""
    return f'<h2 style="font-size:1.25rem;font-weight:600;margin:0;padding:0">{escape(text)}</h2>'


def session_heading_html(name: str, time: str) -> str:
    """Name a session."""
    return (
        '<h2 style="font-size:1.5rem;font-weight:600;margin:0;padding:0;overflow-wrap:anywhere">'
        f"<bdi>{escape(name)}</bdi></h2>"
        f'<p style="font-size:.875rem;margin:0">Session of {escape(time)}</p>'
    )


def invalid_html() -> str:
    """Head the shares of a film for which the model was not made: no verdict, nothing large."""
    return small_html("Model output, not valid for this film:")


def handling(record: Record) -> str | None:
    """Say what was put right on the film at the reader's request."""
    facts = record.facts
    if facts is None or not (facts.turned or facts.is_inverted):
        return None
    done = [f"turned by {facts.turned} degrees clockwise"] if facts.turned else []
    done += ["inverted"] if facts.is_inverted else []
    return f"The film was {' and '.join(done)} at your request."


def alt_text(record: Record) -> str:
    """Describe the picture for those who do not see it."""
    what = "Drawing" if record.is_drawing else "Film"
    if Code.OUTSIDE_POPULATION in record.warnings:
        return f"{what} {record.item}; the model was not made for it"
    unsure = ", indeterminate" if Code.NEAR_THRESHOLD in record.warnings else ""
    confidence = percent(record.confidence or 0.0)
    return f"{what} {record.item}; model output {record.label} {confidence}{unsure}"


def _share_row(label: str, share: float) -> str:
    cell = "border:0;padding:.2rem .75rem .2rem 0"
    return (
        f'<tr><th scope="row" style="{cell};text-align:left;font-weight:400">{escape(label)}</th>'
        f'<td style="{cell};text-align:right;font-variant-numeric:tabular-nums">'
        f"{escape(percent(share))}</td>"
        f'<td style="{cell};padding-right:0;width:55%" aria-hidden="true">'
        '<div style="height:.5rem;border-radius:.25rem;'
        'background:color-mix(in srgb,currentColor 15%,transparent)">'
        f'<div style="width:{share:.1%};height:100%;border-radius:.25rem;background:currentColor;'
        'opacity:.75"></div></div></td></tr>'
    )
