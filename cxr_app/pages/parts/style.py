"""What the theme's settings cannot say of how the page looks."""

from typing import Final

import streamlit as st

__all__ = ["apply"]

# The chosen way to give films: the theme's colour alone is too faint on the dark page.
# So it is for a slider's value.
# Streamlit lists what was uploaded a second time inside its field. There only what the field itself
# refused is left, because nothing else on the page shows that.
_STYLE: Final = """<style>
[data-testid=stMainBlockContainer] { padding-top: 3.5rem; padding-bottom: 3rem }
[data-testid=stMain] button[data-variant=segmented_control][role=radio][aria-checked=true] {
  color: inherit; font-weight: 600
}
[data-testid=stSliderThumbValue] { color: inherit }
[data-testid=stFileChips] :has(> [data-testid=stFileChip]:not([aria-invalid])) { display: none }
[data-testid=stFileUploaderDropzone] button[aria-label="Add files"] { width: auto }
[data-testid=stFileUploaderDropzone] button[aria-label="Add files"]::after {
  content: "Add more films"; padding-left: .4rem; white-space: nowrap
}
</style>"""


def apply() -> None:
    """Send it with the page."""
    st.html(_STYLE)
