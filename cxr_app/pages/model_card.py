"""The model card: what the model is for, how well it does, where it fails, and how it was made."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import streamlit as st

from cxr_app.bundle import Bundle
from cxr_app.pages.card import (
    checklist,
    choice,
    curves,
    data,
    examination,
    explorer,
    identity,
    ledger,
    measured,
    robustness,
    use,
)
from cxr_app.pages.card.card import Card
from cxr_app.pages.frame import Page
from cxr_app.pages.parts import wording
from cxr_app.report.reader import Lack, read_report
from cxr_app.settings import Settings

__all__ = ["PAGE"]

Section: TypeAlias = tuple[str, str, Callable[[Card], None]]
"""Its place in the address, its title, and what draws it."""

ABOUT: Final = (
    ("use", "Intended use and limits", use.show),
    ("data", "Data and network", data.show),
)
FIGURES: Final = (
    ("roc", "ROC curve", curves.show_roc),
    ("confusion", "Confusion matrix", curves.show_confusion),
    ("reliability", "Reliability", curves.show_reliability),
    ("threshold", "Another threshold", explorer.show),
    ("groups", "Groups", robustness.show_groups),
    ("forms", "Changed forms", robustness.show_forms),
    ("shortcuts", "Shortcuts alone", robustness.show_shortcuts),
    ("gate", "Gate", examination.show_gate),
    ("lungs", "Lungs", examination.show_lungs),
    ("maps", "Heat map checks", examination.show_maps),
    ("ledger", "Openings of the test", ledger.show),
    ("reporting", "Reporting", checklist.show),
    ("identity", "Version and hashes", identity.show),
)
LACKS: Final = {
    Lack.ABSENT: "No report lies beside this model, so nothing that was measured can be shown.",
    Lack.FOREIGN: "The report beside this model is another model's, so its figures are not shown.",
    Lack.DAMAGED: "The report beside this model cannot be read, so its figures are not shown.",
}


def _draw(_: Settings, serving: Bundle) -> None:
    st.header("Model card", anchor="card")
    bundle = choice.choose(serving)
    name, answering = _name(bundle), _name(serving)
    st.html(wording.heading2_html(name))
    if bundle.sha256 == serving.sha256:
        st.markdown("This model answers on the Classify page.")
    else:
        st.markdown(f"Another model answers on the Classify page: {wording.plain(answering)}.")
        if bundle.spec.notice != serving.spec.notice:
            st.markdown(wording.plain(wording.notice(bundle.spec.notice)))
    sections = (*ABOUT, ("figures", "Figures", measured.show), *FIGURES)
    st.markdown("On this page: " + " · ".join(f"[{title}](#{at})" for at, title, _ in sections))
    report = read_report(bundle.folder, bundle.sha256, has_gate=bundle.spec.gate is not None)
    if isinstance(report.metrics, Lack):
        st.info(LACKS[report.metrics], icon=":material/info:")
    card = Card(bundle=bundle, report=report, part=None)
    _show(ABOUT, card)
    st.subheader("Figures", anchor="figures")
    card = replace(card, part=measured.choose(dict(report.parts)))
    measured.show(card)
    _show(FIGURES, card)


def _name(bundle: Bundle) -> str:
    return f"{bundle.spec.name} {bundle.spec.version}"


def _show(sections: Sequence[Section], card: Card) -> None:
    for anchor, title, show in sections:
        st.subheader(title, anchor=anchor)
        show(card)


PAGE: Final = Page(
    title="Model card",
    path="model-card",
    lead="What the model is for, how well it does, where it fails, and how it was made. Not for "
    "diagnostic use.",
    draw=_draw,
)
