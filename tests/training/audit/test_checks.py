"""The audit's warnings: what a reader must know before training."""

from cxr_app.spec import Task
from tests.training.audit.makers import labelled, measured
from training.audit.checks import audit_films

LABELS = ("NORMAL", "PNEUMONIA")


def test_near_twins_on_both_sides_of_a_split_are_a_warning():
    films = (measured(labelled("a", 0)), measured(labelled("b", 0), fingerprint=1))

    audit = audit_films(films, {"a": "fit", "b": "validation"}, labels=LABELS, task=Task.BINARY)

    assert audit.warnings == ("pairs of nearly identical films in different parts of the split: 1",)
