"""What is in a data set, before anything is trained: counts, films, an audit, label files."""

from training.audit.image_statistics import MeasuredFilm, measure
from training.audit.report import AuditRequest, explore
from training.audit.shortcuts import Shortcut, shortcuts

__all__ = ["AuditRequest", "MeasuredFilm", "Shortcut", "explore", "measure", "shortcuts"]
