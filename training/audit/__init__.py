"""What is in a data set, before anything is trained: counts, films, an audit, label files."""

from training.audit.image_statistics import MeasuredFilm, measure
from training.audit.report import Inquiry, explore
from training.audit.shortcuts import Shortcut, shortcuts

__all__ = ["Inquiry", "MeasuredFilm", "Shortcut", "explore", "measure", "shortcuts"]
