"""What a film's number means: at a prevalence, among test films, under small changes; what next.

It draws itself again alone when its slider moves, so what it holds is small: see `watch`.
"""

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.interpretation.changes import CHANGES
from cxr_app.interpretation.next_steps import State, next_steps, state_of
from cxr_app.interpretation.official_test import Absence
from cxr_app.interpretation.outcomes import outcomes_like
from cxr_app.interpretation.prevalence import STEPS
from cxr_app.interpretation.reference import Reference
from cxr_app.interpretation.stability import Stability, answers_to_changes
from cxr_app.pages import state
from cxr_app.pages.parts import meaning_charts as charts
from cxr_app.pages.parts import meaning_words as words
from cxr_app.pages.parts.guard import guarded
from cxr_app.pages.parts.wording import notice, plain, small_html
from cxr_app.prediction import Prediction
from cxr_app.records import Record

__all__ = ["Background", "show"]

_WITH_NUMBERS: Final = (State.CLEAR, State.INDETERMINATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What numbers are read against.

    Attributes
    ----------
    prediction : Prediction
        For the changed films.
    reference : Reference or Absence
        The official test of its model.
    """

    prediction: Prediction
    reference: Reference | Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Film:
    """One film of a session, and what stands about it."""

    session_id: str
    record: Record
    background: Background

    @property
    def bundle(self) -> Bundle:
        return self.background.prediction.bundle

    @property
    def label(self) -> str:
        return self.bundle.spec.labels[-1]

    @property
    def probability(self) -> float:
        return (self.record.confidences or {})[self.label]

    def key(self, purpose: str) -> str:
        return f"meaning_{purpose}_{self.session_id}_{self.record.item}"


def show(session_id: str, record: Record, background: Background) -> None:
    """Draw it, closed at first; nothing is computed before it is opened."""
    if record.code is Code.CANCELLED:
        return
    film = _Film(session_id=session_id, record=record, background=background)

    def draw() -> None:
        with guarded():
            _show(film)

    st.fragment(draw, key=film.key("part"))()


def _show(film: _Film) -> None:
    has_number = state_of(film.record) in _WITH_NUMBERS
    title = "What the number means" if has_number else "What to do next"
    icon = ":material/info:" if has_number else ":material/arrow_forward:"
    part = st.expander(title, icon=icon, key=film.key("open"), on_change="rerun")
    if not part.open:
        return
    with part:
        if has_number:
            _show_prevalence(film)
            _show_stability(film)
            st.html(words.heading_html("What to do next"))
        st.html(words.list_html(next_steps(film.record)))
        st.html(small_html(notice(film.record.notice)))


def _choose_prevalence(film: _Film) -> float:
    """Draw the slider and its presets; return what they stand at."""
    label = film.label
    widget = film.key("prevalence")
    prevalence = state.prevalence(widget)
    st.select_slider(
        "Prevalence in your setting",
        STEPS,
        format_func=words.share_name,
        key=widget,
        on_change=state.choose_prevalence,
        args=(widget,),
        help=f"The share of children with {plain(words.condition(label))} among all who have a "
        "chest film where you work. The same finding means less where few are ill.",
    )
    with st.container(horizontal=True, gap="small"):
        for preset in words.PRESETS:
            st.button(
                words.share_name(preset),
                key=film.key(f"preset{preset}"),
                help=f"Sets the prevalence to {words.share_name(preset)}",
                on_click=state.set_prevalence,
                args=(preset,),
            )
    st.html(small_html(words.of_how_many(prevalence, label)))
    return prevalence


def _show_prevalence(film: _Film) -> None:
    prevalence = _choose_prevalence(film)
    reference, label = film.background.reference, film.label
    known = reference if isinstance(reference, Reference) else None
    values = known.at[prevalence] if known else None
    labels = film.bundle.spec.labels
    st.html(words.values_html(film.probability, prevalence, values, labels))
    if known is None:
        st.html(small_html(f"{reference} So PPV, NPV and films like this one cannot be shown."))
        return
    st.html(small_html(words.whose_intervals(known)))
    st.vega_lite_chart(
        charts.curves_table(film.probability, known, prevalence),
        charts.curves(is_dark=_is_dark()),
        width="stretch",
        alt="Probability for this film, PPV and NPV over the prevalence; the table below has them.",
    )
    st.html(words.curves_html(film.probability, known))
    st.html(words.heading_html("Test films with a score like this one"))
    found = outcomes_like(film.probability, known.drawn, prevalence)
    said = words.outcome_sentences(
        found, known, film.probability, prevalence=prevalence, label=label
    )
    st.html(small_html(" ".join(said)))


def _show_stability(film: _Film) -> None:
    place = (film.session_id, film.record.item)
    st.html(words.heading_html("How stable is it?"))
    found = state.stability(*place)
    if found is None:
        st.html(
            small_html(
                f"Classifies the film again with {len(CHANGES)} small changes: shifted, turned, "
                "lighter or darker, cropped, compressed. They are made on the picture of 512 x "
                "512 pixels that is kept for the model, not on the original file."
            )
        )
        threshold = film.bundle.spec.decision.threshold
        plain_one = Stability(plain=film.probability, threshold=threshold, answers=())
        st.button(
            f"Try {len(CHANGES)} small changes",
            key=film.key("stability"),
            on_click=state.ask_stability,
            args=(*place, plain_one),
        )
        return
    if len(found.answers) < len(CHANGES):
        found = _try_changes(film, found)
    said = " ".join(words.stability_sentences(found, film.label))
    st.html(small_html(said))
    st.vega_lite_chart(
        charts.strip_table(found),
        charts.strip(film.label, is_dark=_is_dark()),
        width="stretch",
        alt=said,
    )
    st.html(words.stability_html(found, film.label))


def _try_changes(film: _Film, found: Stability) -> Stability:
    """Go on with the changes; a click elsewhere ends this drawing, and the next one goes on."""
    place = (film.session_id, film.record.item)
    given = state.workspace().film_input(*place)
    if given is None:
        return found
    room = st.empty()
    with room.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text="Trying small changes")
        st.button("Stop", key=film.key("stop"), on_click=state.stop_stability, args=place)
    left = CHANGES[len(found.answers) :]
    for answer in answers_to_changes(film.background.prediction, given, changes=left):
        found = replace(found, answers=(*found.answers, answer))
        state.keep_stability(*place, found)
        bar.progress(len(found.answers) / len(CHANGES), text="Trying small changes")
    room.empty()
    return found


def _is_dark() -> bool:
    return st.context.theme.type == "dark"
