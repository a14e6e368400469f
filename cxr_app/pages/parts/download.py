"""A download that the browser makes itself.

Streamlit's own button puts the file under an address that whoever knows it can open.
"""

from typing import Final

import streamlit as st

__all__ = ["show"]

_JS: Final = """
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => {
    const address = URL.createObjectURL(new Blob([data.text], { type: data.type }));
    const link = document.createElement("a");
    link.href = address;
    link.download = data.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
}
"""

_CSS: Final = """
button {
  font: inherit; font-size: .875rem;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
  padding: .25rem .75rem; min-height: 2.5rem; cursor: pointer; white-space: nowrap;
}
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color) }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px }
"""

_component = st.components.v2.component(
    "download", html='<button type="button"></button>', css=_CSS, js=_JS
)


def show(label: str, name: str, text: str, media_type: str) -> None:
    """Draw a button that saves a text as a file.

    Parameters
    ----------
    label : str
        Which format; the button says "Download" before it.
    name : str
        Of the file; ours, never a reader's.
    text : str
    media_type : str
    """
    _component(
        data={"label": f"Download {label}", "name": name, "text": text, "type": media_type},
        key=f"classify_download_{name}",
        width="content",
    )
