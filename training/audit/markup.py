"""Small pieces of HTML; every text that comes in is escaped here, once."""

import base64
import html
from collections.abc import Sequence

from cxr_app.names import printable
from training.audit.charts import Chart

__all__ = ["chart", "film", "listing", "paragraph", "section", "shown", "table"]


def shown(text: str) -> str:
    """Escape a text for HTML, and write out what cannot be shown or turns the reading direction."""
    return html.escape(printable(text))


def paragraph(text: str, *, kind: str = "") -> str:
    """Write a paragraph of plain text; `kind` is a class of the style sheet."""
    return f"<p{_kind(kind)}>{shown(text)}</p>"


def section(title: str, *parts: str) -> str:
    """Write a section under a heading; its parts are HTML already."""
    inside = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{shown(title)}</h2>\n{inside}\n</section>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> str:
    """Write a table of plain cells: the first of a row is its name, columns of figures end alike.

    It has a row at least, and scrolls within itself where a phone is too narrow, by keyboard too.
    """
    _, *others = zip(*rows, strict=True)
    is_figure = [all(cell[:1].isdigit() for cell in column) for column in others]
    kinds = ["", *(_kind("figure" if yes else "") for yes in is_figure)]
    columns = "".join(
        f'<th scope="col"{kind}>{shown(cell)}</th>' for cell, kind in zip(head, kinds, strict=True)
    )
    lines = "\n".join(f"<tr>{_cells(row, kinds)}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{shown(title)}"><table>'
        f"<caption>{shown(title)}</caption><thead><tr>{columns}</tr></thead>\n"
        f"<tbody>{lines}</tbody></table></div>"
    )


def listing(summary: str, items: Sequence[str], *, most: int = 100, rest: str = "") -> str:
    """Write a list that opens on a click; of a long one the beginning.

    Parameters
    ----------
    summary : str
        What stands there while it is closed.
    items : sequence of str
    most : int
        So many are listed.
    rest : str
        Where the others are to be found.
    """
    if not items:
        return ""
    lines = [f"<li>{shown(item)}</li>" for item in items[:most]]
    if len(items) > most:
        lines.append(f"<li>{shown(f'and {len(items) - most:,} more: {rest}')}</li>")
    return f"<details><summary>{shown(summary)}</summary>\n<ul>{''.join(lines)}</ul>\n</details>"


def chart(drawn: Chart) -> str:
    """Write a chart, in the colors of the page."""
    return (
        f"<figure><figcaption>{shown(drawn.title)}</figcaption><picture>"
        f'<source media="(prefers-color-scheme: dark)" srcset="{_uri(drawn.dark, "png")}">'
        f'<img src="{_uri(drawn.light, "png")}" alt="{shown(f"{drawn.title}. {drawn.words}.")}">'
        "</picture></figure>"
    )


def film(picture: bytes, *, label: str, name: str) -> str:
    """Write a sample film, a JPEG, with its label."""
    return (
        f'<figure><img src="{_uri(picture, "jpeg")}" '
        f'alt="{shown(f"Chest film {name}, labelled {label}")}">'
        f"<figcaption><strong>{shown(label)}</strong><br>{shown(name)}</figcaption></figure>"
    )


def _cells(row: Sequence[str], kinds: Sequence[str]) -> str:
    others = zip(row[1:], kinds[1:], strict=True)
    cells = "".join(f"<td{kind}>{shown(cell)}</td>" for cell, kind in others)
    return f'<th scope="row">{shown(row[0])}</th>{cells}'


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
