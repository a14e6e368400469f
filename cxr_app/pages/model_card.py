"""The model card: what the model is for, how well it does, where it fails, and how it was made."""

from typing import Final

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

SECTIONS: Final = (
    ("use", "Intended use and limits", use.show),
    ("data", "Data and network", data.show),
    ("figures", "Figures", measured.show),
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


def _draw(settings: Settings, serving: Bundle) -> None:
    st.header("Model card", anchor="card")
    bundle = choice.choose(settings, serving)
    spec = bundle.spec
    st.html(wording.heading2_html(f"{spec.name} {spec.version}"))
    is_serving = bundle.sha256 == serving.sha256
    st.markdown(
        "This model answers on the Classify page."
        if is_serving
        else "Another model answers on the Classify page: "
        f"{wording.plain(f'{serving.spec.name} {serving.spec.version}')}."
    )
    _contents()
    report = read_report(bundle.folder, bundle.sha256, has_gate=spec.gate is not None)
    if isinstance(report.metrics, Lack):
        st.info(LACKS[report.metrics], icon=":material/info:")
    part = measured.choose(dict(report.parts))
    card = Card(bundle=bundle, report=report, part=part)
    for anchor, title, show in SECTIONS:
        st.subheader(title, anchor=anchor)
        show(card)


def _contents() -> None:
    st.markdown("On this page: " + " · ".join(f"[{title}](#{at})" for at, title, _ in SECTIONS))


PAGE: Final = Page(
    title="Model card",
    path="model-card",
    icon=":material/lab_profile:",
    lead="What the model is for, how well it does, where it fails, and how it was made. Not for "
    "diagnostic use.",
    draw=_draw,
)
