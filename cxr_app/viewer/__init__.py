"""The film viewer: what it is given, and how that reaches the browser.

`cxr_app.viewer.component` draws it on a Streamlit page; nothing else here knows Streamlit.
"""

from cxr_app.imaging.spacing import Spacing, SpacingKind
from cxr_app.viewer.encoding import encode_preview
from cxr_app.viewer.film_view import FilmView, FullDepth, Overlay, WindowPreset
from cxr_app.viewer.presets import window_of_lungs

__all__ = [
    "FilmView",
    "FullDepth",
    "Overlay",
    "Spacing",
    "SpacingKind",
    "WindowPreset",
    "encode_preview",
    "window_of_lungs",
]
