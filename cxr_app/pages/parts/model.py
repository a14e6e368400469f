"""The model that answers, loaded once for all who visit."""

from operator import attrgetter

import streamlit as st

from cxr_app.bundle import Bundle, load_bundle
from cxr_app.engine.choose import open_engine
from cxr_app.prediction import Prediction
from cxr_app.settings import Settings

__all__ = ["load", "start"]


# A failure is not remembered by the cache, so a mended model needs no restart.
@st.cache_resource(
    max_entries=1,
    show_spinner="Checking the model",
    hash_funcs={Settings: Settings.model_dump_json},
)
def load(settings: Settings) -> Bundle:
    """Verify and read the bundle that the settings name."""
    return load_bundle(settings.model)


@st.cache_resource(
    max_entries=1,
    show_spinner="Starting the model",
    hash_funcs={Settings: Settings.model_dump_json, Bundle: attrgetter("sha256")},
)
def start(settings: Settings, bundle: Bundle) -> Prediction:
    """Start the engine for a bundle."""
    return Prediction(bundle, open_engine(bundle, settings), limits=settings.limits)
