"""The model that answers, loaded once for all who visit, and what they share besides."""

import gc
from operator import attrgetter

import streamlit as st

from cxr_app.bundle import Bundle, load_bundle
from cxr_app.decoding.pool import DecoderPool
from cxr_app.engine.choose import open_engine
from cxr_app.engine.queue import QueuedEngine
from cxr_app.expiry import Sweeper
from cxr_app.fair_queue import FairQueue
from cxr_app.fetch.client import Fetcher
from cxr_app.interpretation.official_test import Absence
from cxr_app.interpretation.reference import Reference, open_reference
from cxr_app.prediction import Prediction
from cxr_app.runs import MAX_RUNS, Services
from cxr_app.settings import Settings

__all__ = ["load", "reference", "start"]


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
def start(settings: Settings, bundle: Bundle) -> Services:
    """Start the engine for a bundle, with a line in front of it."""
    decoder = DecoderPool(settings.limits)  # its processes start while the engine does
    engine = QueuedEngine(open_engine(bundle, settings))
    services = Services(
        prediction=Prediction(bundle, engine, limits=settings.limits),
        fetcher=Fetcher(settings.fetch_rules),
        limits=settings.limits,
        runs=FairQueue(MAX_RUNS),
        decoder=decoder,
        sweeper=Sweeper(),
    )
    # Streamlit collects garbage after every run of a page. What is there by now stays for good:
    # looking through it each time would hold up every reader for some 50 ms.
    gc.freeze()
    return services


@st.cache_resource(
    max_entries=1,
    show_spinner=False,
    hash_funcs={Bundle: attrgetter("sha256")},
)
def reference(bundle: Bundle) -> Reference | Absence:
    """Read what became of the official test's films, or why that is not known."""
    return open_reference(bundle)
