"""A patient session in memory."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.imaging.phantom import phantom_png
from cxr_app.limits import Limits
from cxr_app.pipeline import classify
from cxr_app.records import Record
from cxr_app.sessions import (
    Intake,
    PatientSession,
    classify_waiting,
    drawing_session,
    open_session,
)
from cxr_app.sources import UploadSource

GOOD = UploadSource("good.png", phantom_png(1, size=(160, 128)))
BROKEN = UploadSource("broken.png", GOOD.data[:500])
OTHER = UploadSource("other.png", phantom_png(2, size=(160, 128)))


@pytest.fixture(scope="module")
def prediction(tiny_bundle: Path) -> Prediction:
    return Prediction(load_bundle(tiny_bundle))


def run(session: PatientSession, prediction: Prediction) -> Iterator[PatientSession]:
    for outcome in classify_waiting(session, prediction, limits=Limits()):
        session = session.with_outcome(outcome)
        yield session


def timeless(record: Record) -> Record:
    return replace(record, seconds=0.0, time="")


@pytest.mark.parametrize(
    ("name", "sources", "codes"),
    [
        pytest.param("Ann", (GOOD,), [], id="all there"),
        pytest.param("", (GOOD,), [Code.NAME_INVALID], id="no name"),
        pytest.param("Ann", (), [Code.NO_SOURCE], id="no film"),
        pytest.param("\n", (), [Code.NAME_INVALID, Code.NO_SOURCE], id="both are told at once"),
    ],
)
def test_an_intake_says_what_is_missing(
    name: str, sources: tuple[UploadSource, ...], codes: list[Code]
):
    assert [problem.code for problem in Intake(name=name, sources=sources).problems()] == codes


def test_a_session_does_not_start_with_a_problem():
    with pytest.raises(CxrError, match="name: it is empty"):
        open_session(Intake(name="", sources=(GOOD,)))


def test_every_source_gets_its_outcome_in_order(prediction: Prediction):
    session = open_session(Intake(name=" Ann ", sources=(GOOD, BROKEN, OTHER)))

    *_, session = run(session, prediction)

    assert session.name == "Ann"
    assert session.waiting == ()
    assert [outcome.record.item for outcome in session.outcomes] == [1, 2, 3]
    assert [outcome.record.code for outcome in session.outcomes] == [None, Code.TRUNCATED, None]
    assert [outcome.picture is None for outcome in session.outcomes] == [False, True, False]


def test_a_run_that_was_stopped_goes_on_where_it_was(prediction: Prediction):
    session = open_session(Intake(name="Ann", sources=(GOOD, BROKEN, OTHER)))

    running = run(session, prediction)
    stopped = next(running)
    running.close()
    *_, resumed = run(stopped, prediction)

    whole = [
        classify(source, prediction, limits=Limits(), item=item)
        for item, source in enumerate((GOOD, BROKEN, OTHER), start=1)
    ]
    assert [timeless(outcome.record) for outcome in resumed.outcomes] == list(map(timeless, whole))


def test_a_finished_session_takes_no_further_outcome(prediction: Prediction):
    (session,) = run(open_session(Intake(name="Ann", sources=(GOOD,))), prediction)

    with pytest.raises(ValueError, match="every source"):
        session.with_outcome(session.outcomes[0])


def test_a_session_does_not_tell_its_name_to_a_log(prediction: Prediction):
    intake = Intake(name="ZZMARKER", sources=(UploadSource("ZZMARKER.png", GOOD.data),))
    (session,) = run(open_session(intake), prediction)

    assert "ZZMARKER" not in repr(intake) + repr(session) + repr(session.outcomes)


def test_the_drawing_is_marked_as_one():
    session = drawing_session()

    assert session.is_drawing
    assert Image.open(io.BytesIO(session.sources[0].data)).format == "PNG"
