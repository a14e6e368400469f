"""What is in a data set, before anything is trained: counts, films, an audit, label files."""

from training.explore.facts import MeasuredFilm, measure
from training.explore.report import Inquiry, explore
from training.explore.shortcuts import Shortcut, shortcuts

__all__ = ["Inquiry", "MeasuredFilm", "Shortcut", "explore", "measure", "shortcuts"]
