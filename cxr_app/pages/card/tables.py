"""Tables as HTML: what a reader's eye, a screen reader and a search on the page all find."""

from collections.abc import Sequence
from html import escape

import streamlit as st

__all__ = ["show"]


def show(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    kinds: str = "",
    is_stacked: bool = False,
) -> None:
    """Draw a table; the first cell of a row names it.

    Parameters
    ----------
    caption : str
        What it shows; it also names the table where it has to be scrolled sideways.
    head : sequence of str
    rows : sequence of sequence of str
        Texts; they are escaped here.
    kinds : str
        A letter for each column: n a number, w words that may wrap, h a hash, s a state; what is
        left out is plain.
    is_stacked : bool
        On a narrow screen a row's cells stand below each other: for columns of sentences.
    """
    if not rows:
        return
    names = {"n": "number", "w": "words", "h": "hash", "s": "state"}
    classes = [names.get(kind, "") for kind in kinds.ljust(len(head))]
    columns = "".join(
        f'<th scope="col" class="{kind}">{escape(text)}</th>'
        for text, kind in zip(head, classes, strict=True)
    )
    body = "".join(f"<tr>{_row(row, classes)}</tr>" for row in rows)
    st.html(
        f'<p class="cxr-caption">{escape(caption)}</p>'
        f'<div class="cxr-table" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="{"cxr-stack" if is_stacked else ""}" aria-label="{escape(caption)}">'
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[str], classes: Sequence[str]) -> str:
    first, *others = zip(row, classes, strict=True)
    cells = "".join(f'<td class="{kind}">{_cell(text, kind)}</td>' for text, kind in others)
    return f'<th scope="row" class="{first[1]}">{_cell(first[0], first[1])}</th>{cells}'


def _cell(text: str, kind: str) -> str:
    """Escape a text; on a narrow screen a figure may break before its interval, not within."""
    value, bracket, interval = text.partition(" (")
    if kind != "number" or not bracket:
        return escape(text)
    return f'{escape(value)} <span class="cxr-range">({escape(interval)}</span>'
