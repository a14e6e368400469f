"""Small pieces of Markdown for reports."""

from collections.abc import Sequence
from typing import Any

__all__ = ["interval", "signed", "table"]


def interval(one: dict[str, Any]) -> str:
    """Write a figure with its interval; it may have no value."""
    if one["value"] is None:
        return "not measurable"
    return f"{one['value']:.3f} ({one['low']:.3f}-{one['high']:.3f})"


def signed(one: dict[str, Any]) -> str:
    """Write a difference with its interval."""
    return f"{one['value']:+.4f} ({one['low']:+.4f} to {one['high']:+.4f})"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Write a table of plain cells."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
