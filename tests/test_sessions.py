"""A patient session in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.decoding.pool import DecoderPool
from cxr_app.errors import CxrError
from cxr_app.given_film import GivenFilm
from cxr_app.imaging.drawing import draw_png
from cxr_app.limits import Limits
from cxr_app.pipeline import classify
from cxr_app.records import Record
from cxr_app.sessions import Given, Intake, PatientSession, classify_waiting
from cxr_app.sources import UploadSource

GOOD = UploadSource("good.png", draw_png(1, size=(160, 128)))
BROKEN = UploadSource("broken.png", GOOD.data[:500])
OTHER = UploadSource("other.png", draw_png(2, size=(160, 128)))


@pytest.fixture(scope="module")
def prediction(tiny_bundle: Path) -> Prediction:
    return Prediction(load_bundle(tiny_bundle))


def given(*sources: UploadSource) -> tuple[Given, ...]:
    return tuple(Given(source=GivenFilm(source)) for source in sources)


def a_session(*sources: UploadSource, name: str = "Ann") -> PatientSession:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    return PatientSession(id="a", name=name, started=noon, films=given(*sources))


def run(
    session: PatientSession, prediction: Prediction, decoder: DecoderPool
) -> Iterator[PatientSession]:
    for outcome in classify_waiting(session, prediction, limits=Limits(), decoder=decoder):
        session = session.with_outcome(outcome)
        yield session


def timeless(record: Record) -> Record:
    return replace(record, seconds=0.0, time="")


@pytest.mark.parametrize(
    ("name", "sources", "is_accepted", "codes"),
    [
        pytest.param("Ann", (GOOD,), True, [], id="all there"),
        pytest.param("", (GOOD,), True, [Code.NAME_INVALID], id="no name"),
        pytest.param("Ann", (), True, [Code.NO_SOURCE], id="no film"),
        pytest.param("Ann", (GOOD,), False, [Code.NOTICE_NOT_ACCEPTED], id="the notice not read"),
        pytest.param(
            "\n",
            (),
            False,
            [Code.NAME_INVALID, Code.NO_SOURCE, Code.NOTICE_NOT_ACCEPTED],
            id="all is told at once",
        ),
    ],
)
def test_an_intake_says_what_is_missing(
    name: str, sources: tuple[UploadSource, ...], is_accepted: bool, codes: list[Code]
):
    intake = Intake(name=name, films=given(*sources), is_accepted=is_accepted)

    assert [problem.code for problem in intake.problems()] == codes


def test_every_source_gets_its_outcome_in_order(prediction: Prediction, decoder: DecoderPool):
    session = a_session(GOOD, BROKEN, OTHER)

    *_, session = run(session, prediction, decoder)

    assert session.waiting == ()
    assert [outcome.record.item for outcome in session.outcomes] == [1, 2, 3]
    assert [outcome.record.code for outcome in session.outcomes] == [None, Code.TRUNCATED, None]
    assert [outcome.picture is None for outcome in session.outcomes] == [False, True, False]


def test_a_run_that_was_stopped_goes_on_where_it_was(prediction: Prediction, decoder: DecoderPool):
    session = a_session(GOOD, BROKEN, OTHER)

    running = run(session, prediction, decoder)
    stopped = next(running)
    running.close()
    *_, resumed = run(stopped, prediction, decoder)

    whole = [
        classify(source, prediction, limits=Limits(), decoder=decoder, item=item)
        for item, source in enumerate((GOOD, BROKEN, OTHER), start=1)
    ]
    assert [timeless(outcome.record) for outcome in resumed.outcomes] == list(map(timeless, whole))


def test_a_finished_session_takes_no_further_outcome(prediction: Prediction, decoder: DecoderPool):
    (session,) = run(a_session(GOOD), prediction, decoder)

    with pytest.raises(ValueError, match="every film"):
        session.with_outcome(session.outcomes[0])


def test_what_was_cancelled_waits_again(prediction: Prediction, decoder: DecoderPool):
    session = a_session(GOOD, BROKEN, OTHER, GOOD, OTHER)
    seen: list[PatientSession] = []
    for outcome in classify_waiting(
        session, prediction, limits=Limits(), decoder=decoder, is_cancelled=lambda: bool(seen)
    ):
        session = session.with_outcome(outcome)
        seen.append(session)

    codes = [outcome.record.code for outcome in session.outcomes]
    assert codes[0] is None
    assert codes[-2:] == [Code.CANCELLED, Code.CANCELLED]  # two at most were being worked out
    assert session.n_cancelled == codes.count(Code.CANCELLED)
    assert session.resumed().waiting == session.films[-session.n_cancelled :]


def test_a_name_is_kept_in_its_checked_form():
    assert a_session(GOOD).with_name(" Zoe\u0308 ").name == "Zo\u00eb"
    with pytest.raises(CxrError, match="name: it is empty"):
        a_session(GOOD).with_name("")


def test_what_is_known_beforehand_is_warned_of_in_the_order_of_the_codes(
    prediction: Prediction, decoder: DecoderPool
):
    adult = Given(source=GivenFilm(GOOD), caveats=(Code.OUTSIDE_POPULATION,))
    broken = Given(source=GivenFilm(BROKEN), caveats=(Code.OUTSIDE_POPULATION,))
    *_, session = run(replace(a_session(), films=(adult, broken)), prediction, decoder)

    # 128 pixels high
    assert session.outcomes[0].record.warnings[:2] == (Code.OUTSIDE_POPULATION, Code.UPSCALED)
    assert session.outcomes[1].record.warnings == ()


def test_a_session_does_not_tell_its_name_to_a_log(prediction: Prediction, decoder: DecoderPool):
    session = a_session(UploadSource("ZZMARKER.png", GOOD.data), name="ZZMARKER")
    intake = Intake(name="ZZMARKER", films=session.films, is_accepted=True)
    (done,) = run(session, prediction, decoder)

    assert "ZZMARKER" not in repr(intake) + repr(done) + repr(done.outcomes)
