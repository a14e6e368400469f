"""What the theme's settings cannot say of how the page looks."""

from typing import Final

import streamlit as st

__all__ = ["apply"]

# The chosen way to give films: the theme's colour alone is too faint on the dark page.
# So it is for a slider's value.
# Streamlit lists what was uploaded a second time inside its field. There only what the field itself
# refused is left, because nothing else on the page shows that.
_STYLE: Final = """<style>
[data-testid=stMainBlockContainer] { padding-top: 4.25rem; padding-bottom: 3rem }
[data-testid=stMain] button[data-variant=segmented_control][role=radio][aria-checked=true] {
  color: inherit; font-weight: 600
}
[data-testid=stSliderThumbValue] { color: inherit }
[data-testid=stFileChips] :has(> [data-testid=stFileChip]:not([aria-invalid])) { display: none }
[data-testid=stFileUploaderDropzone] button[aria-label="Add files"] { width: auto }
[data-testid=stFileUploaderDropzone] button[aria-label="Add files"]::after {
  content: "Add more films"; padding-left: .4rem; white-space: nowrap
}
.cxr-table { overflow-x: auto; margin: 0 0 .5rem }
.cxr-caption { margin: 0 0 .25rem; font-size: .875rem; line-height: 1.4 }
.cxr-table table { border-collapse: collapse; font-size: .875rem; line-height: 1.4 }
.cxr-table th, .cxr-table td {
  border: 0; border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  padding: .35rem 1.5rem .35rem 0; text-align: left; vertical-align: top
}
.cxr-table thead th { font-weight: 600; vertical-align: bottom }
.cxr-table tbody th { font-weight: 400 }
.cxr-table .number {
  text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap
}
.cxr-range { white-space: nowrap }
.cxr-table thead .number { white-space: normal }
.cxr-table .words { min-width: 10rem }
.cxr-table td.hash { overflow-wrap: anywhere; font-family: monospace; font-size: .8125rem }
.cxr-table .state { white-space: nowrap; font-weight: 600 }
.cxr-table :is(th, td):last-child { padding-right: .25rem }
[data-testid=stSliderThumbValue] { color: inherit }
[class*="st-key-card_"][class*="_plot"] { min-height: 330px }
.st-key-card_roc_plot, .st-key-card_reliability_plot { min-height: 400px }
@media (max-width: 640px) {
  .cxr-table .number { white-space: normal }
  .cxr-table .words { min-width: 7rem }
  .cxr-table :is(th, td) { padding-right: .75rem }
  .cxr-table .cxr-stack :is(tbody, th, td) { display: block; border: 0; padding: 0 }
  .cxr-table .cxr-stack thead { position: absolute; clip-path: inset(50%) }
  .cxr-table .cxr-stack tr {
    display: grid; grid-template-columns: 2.5rem 1fr; column-gap: .25rem;
    border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); padding: .5rem 0
  }
  .cxr-table .cxr-stack td { grid-column: 2 }
}
</style>"""


def apply() -> None:
    """Send it with the page."""
    st.html(_STYLE)
