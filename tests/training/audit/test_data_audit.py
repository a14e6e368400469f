"""The audit's warnings: what a reader must know before training."""

from cxr_app.spec import Task
from tests.training.audit.makers import labelled, measured
from training.audit.data_audit import audit_films

LABELS = ("NORMAL", "PNEUMONIA")


def test_near_duplicates_on_both_sides_of_a_split_are_a_warning():
    films = (measured(labelled("a", 0)), measured(labelled("b", 0), fingerprint=1))

    audit = audit_films(films, {"a": "fit", "b": "validation"}, labels=LABELS, task=Task.BINARY)

    assert audit.warnings == ("pairs of near-identical films in different parts of the split: 1",)
