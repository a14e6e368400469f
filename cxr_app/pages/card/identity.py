"""Version, hashes and the command that makes the model again."""

import streamlit as st

from cxr_app.pages.card import tables
from cxr_app.pages.card.card import Card

__all__ = ["show"]


def show(card: Card) -> None:
    """Draw it."""
    spec, training = card.spec, card.spec.training
    tables.show(
        "Identity",
        ("What", "Value"),
        [
            ("Name and version", f"{spec.name} {spec.version}"),
            ("Created", spec.created),
            ("Identity (SHA-256 of spec.json)", card.bundle.sha256),
            ("Training films (SHA-256 of their sorted hashes)", training.data.sha256),
            ("Recipe", f"{training.recipe}, seed {training.seed}"),
            ("Recipe's SHA-256", training.recipe_sha256),
        ],
        kinds="wh",
    )
    tables.show(
        "Files of the model, verified when it was loaded",
        ("File", "SHA-256"),
        list(spec.files.items()),
        kinds="-h",
    )
    tables.show(
        "Versions of the libraries in its training",
        ("Library", "Version"),
        list(training.versions.items()),
    )
    if card.metrics is not None:
        commands = [card.metrics.command]
        commands += [part.evaluation.command for part in card.report.parts.values()]
        st.markdown("**Commands** that made the model and measured it:")
        st.code("\n\n".join(commands), language=None, wrap_lines=True)
