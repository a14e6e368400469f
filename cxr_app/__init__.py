"""CXR Demo: a chest film in, a record out. Research and education only, never a diagnosis."""

from cxr_app.bundle import load_bundle
from cxr_app.prediction import Prediction

__all__ = ["Prediction", "load_bundle"]
