"""What to do with an answer, in words: what follows from the state that a result is in."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cxr_app.codes import Code
from cxr_app.records import Record, Status

__all__ = ["State", "next_steps", "state_of"]


class State(StrEnum):
    """What a record amounts to for its reader."""

    CLEAR = "clear"  # a label, outside the indeterminate zone
    INDETERMINATE = "indeterminate"
    OUTSIDE = "outside"  # a number that is not valid: another age or view
    DRAWING = "drawing"
    NOT_A_CHEST_FILM = "not_a_chest_film"
    UNREADABLE = "unreadable"  # refused for its file or address
    NOT_RUN = "not_run"  # nothing is wrong with the film: stopped, or a failure of the program


# "Lateral" stands beside age: the model was made for frontal films alone.
_OUTSIDE: Final = (Code.OUTSIDE_POPULATION, Code.LATERAL_VIEW)
_NOT_RUN: Final = (Code.CANCELLED, Code.GATE_FAILED, Code.ENGINE_FAILED, Code.INTERNAL_ERROR)
_MENDABLE: Final = (Code.ROTATED, Code.APPEARS_INVERTED)

_STEPS: Final = MappingProxyType(
    {
        State.CLEAR: (
            "Read the film yourself first, and compare afterwards. The model knows neither the "
            "child's history nor earlier films.",
            "If you disagree with the label, your reading stands. A label of NORMAL does not rule "
            "pneumonia out.",
        ),
        State.INDETERMINATE: (
            "Take it as no answer. This close to the operating point, the model is wrong too "
            "often for either label to mean much.",
            "Read the film as you would without the model. If doubt remains, the child's history "
            "and examination, a second reader or a follow-up film can help; another percentage "
            "cannot.",
            "Do not export or crop the film again until a label appears: here, small changes to "
            "the picture decide between the labels.",
        ),
        State.OUTSIDE: (
            "Do not use the percentages. The model learned from frontal films of young children, "
            "and nobody has measured how it does on others.",
            "A high or low number is no hint either: on films unlike those it was trained on, a "
            "network can be very sure and wrong.",
            "If the warning is mistaken, check the age that was entered or that the file states, "
            "and the view.",
        ),
        State.DRAWING: (
            "Nothing: this is a drawing that shows how the page works. No patient stands behind "
            "it, so its number cannot mean anything.",
        ),
        State.NOT_A_CHEST_FILM: (
            "Having no result is not a normal result. The film was not assessed.",
            "Check that this is the film you meant: frontal, upright, the whole chest, not a "
            "photograph of a screen.",
            "If it is such a film, the check was wrong. A few good films are refused; there is no "
            "way to force an answer, since it would be worth little.",
        ),
        State.UNREADABLE: (
            "Having no result is not a normal result. The film was not assessed.",
            "The message above says what is wrong with the file and how to mend it. Then add the "
            "film again.",
        ),
        State.NOT_RUN: (
            "Having no result is not a normal result. The film was not assessed.",
            "Nothing is known to be wrong with the film itself. Classify it again.",
        ),
    }
)
_MEND_FIRST: Final = (
    "First put the film right with the button beside the warning. The number is for the film as "
    "it is now, and may change."
)


def state_of(record: Record) -> State:
    """Tell in which state a result is; the gravest one counts."""
    if record.status is Status.REJECTED:
        if record.code is Code.NOT_A_CHEST_FILM:
            return State.NOT_A_CHEST_FILM
        return State.NOT_RUN if record.code in _NOT_RUN else State.UNREADABLE
    if record.is_drawing:
        return State.DRAWING
    if any(code in record.warnings for code in _OUTSIDE):
        return State.OUTSIDE
    return State.INDETERMINATE if Code.NEAR_THRESHOLD in record.warnings else State.CLEAR


def next_steps(record: Record) -> tuple[str, ...]:
    """Say what to do next, a sentence or two each."""
    state = state_of(record)
    has_number = state in {State.CLEAR, State.INDETERMINATE}
    is_mendable = has_number and any(code in record.warnings for code in _MENDABLE)
    return ((_MEND_FIRST,) if is_mendable else ()) + _STEPS[state]
