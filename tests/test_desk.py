"""One reader's desk: forms, sessions, runs."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.desk import NEW, Desk
from cxr_app.engine.queue import QueuedEngine
from cxr_app.errors import CxrError, Rejected
from cxr_app.fetch.client import Fetcher
from cxr_app.fetch.rules import FetchRules
from cxr_app.forms import MAX_BYTES, MAX_FILMS
from cxr_app.imaging.phantom import phantom_png
from cxr_app.limits import Limits
from cxr_app.line import Line
from cxr_app.runs import Services
from cxr_app.sessions import Given, PatientSession
from cxr_app.sources import Once, UploadSource

GOOD = phantom_png(1, size=(160, 128))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class SlowSource:
    """A film that comes when the test says so."""

    name = "slow.png"
    n_bytes = 0

    def __init__(self) -> None:
        self.comes = threading.Event()
        self.times_read = 0

    def read(self, limits: Limits) -> bytes:
        self.times_read += 1
        assert self.comes.wait(20)
        return GOOD

    def refuse(self, error: Rejected) -> None:
        raise AssertionError("it is not too much")


def upload(data: bytes = GOOD, name: str = "film.png") -> Given:
    source = Once(UploadSource(name, data))
    source.read(Limits())
    return Given(source=source)


@pytest.fixture(scope="module")
def services(tiny_bundle: Path) -> Services:
    bundle = load_bundle(tiny_bundle)
    plain = Prediction(bundle)
    return Services(
        prediction=Prediction(bundle, QueuedEngine(plain.engine)),
        fetcher=Fetcher(FetchRules()),
        limits=Limits(),
        runs=Line(1),
        decoding=Line(2),
    )


@pytest.fixture
def desk(services: Services) -> Iterator[Desk]:
    desk = Desk(services, now=lambda: NOON)
    yield desk
    desk.delete_all()


def wait_until(is_so: Callable[[], bool]) -> None:
    last = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < last, "it did not happen"
        time.sleep(0.005)


def finished(desk: Desk, id_: str) -> PatientSession:
    wait_until(lambda: desk.run(id_) is None)
    session = desk.session(id_)
    assert session is not None
    return session


def started(desk: Desk, *films: Given, name: str = "Ann") -> str:
    desk.forms.add(NEW, films)
    return desk.start(name)


def codes(session: PatientSession) -> list[Code | None]:
    return [outcome.record.code for outcome in session.outcomes]


# The form


def test_a_film_on_the_form_is_looked_at(desk: Desk):
    desk.forms.add(NEW, [upload(), upload(GOOD[:500])])

    wait_until(lambda: all(film.look for film in desk.forms.films(NEW)))
    first, second = (film.look for film in desk.forms.films(NEW))
    assert first is not None
    assert (first.picture or b"")[:2] == b"\xff\xd8"  # a JPEG
    assert first.problem is None
    assert second is not None
    assert second.picture is None
    assert second.problem is not None
    assert second.problem.code is Code.TRUNCATED


def test_a_film_that_was_taken_off_stays_off(desk: Desk):
    slow = SlowSource()
    kept, gone = desk.forms.add(NEW, [upload(), Given(source=slow)])

    desk.forms.remove(NEW, [gone, "unknown"])
    slow.comes.set()

    wait_until(lambda: desk.forms.films(NEW)[0].look is not None)
    assert [film.id for film in desk.forms.films(NEW)] == [kept]


def test_more_films_than_allowed_are_not_added(desk: Desk):
    desk.forms.add(NEW, [upload()] * (MAX_FILMS - 1))

    with pytest.raises(CxrError) as error:
        desk.forms.add(NEW, [upload(), upload()])

    assert error.value.code is Code.TOO_MANY_ITEMS
    assert len(desk.forms.films(NEW)) == MAX_FILMS - 1


def test_films_of_a_session_count_with_those_on_its_form(desk: Desk):
    id_ = started(desk, upload(), upload())

    with pytest.raises(CxrError) as error:
        desk.forms.add(id_, [upload()] * (MAX_FILMS - 1))

    assert error.value.code is Code.TOO_MANY_ITEMS


def test_more_bytes_than_allowed_are_not_added(desk: Desk):
    class Huge(SlowSource):
        n_bytes = MAX_BYTES // 2 + 1

    huge = Huge()
    desk.forms.add(NEW, [Given(source=huge)])

    with pytest.raises(CxrError) as error:
        desk.forms.add("another form", [Given(source=Huge())])

    huge.comes.set()
    assert error.value.code is Code.SESSION_FULL


def test_a_fetched_picture_that_is_too_much_is_let_go(desk: Desk):
    class Growing(SlowSource):
        refusal: Rejected | None = None

        def read(self, limits: Limits) -> bytes:
            self.n_bytes = MAX_BYTES + 1
            return GOOD

        def refuse(self, error: Rejected) -> None:
            self.refusal = error
            self.n_bytes = 0

    growing = Growing()
    desk.forms.add(NEW, [Given(source=growing)])

    wait_until(lambda: desk.forms.films(NEW)[0].look is not None)
    look = desk.forms.films(NEW)[0].look
    assert look is not None
    assert look.problem is growing.refusal is not None
    assert look.problem.code is Code.SESSION_FULL


def test_films_meant_for_one_patient_never_turn_up_under_another(desk: Desk):
    id_ = started(desk, upload())
    desk.forms.add(id_, [upload(name="for ann.png")])
    desk.forms.add(NEW, [upload(name="for bob.png")])

    other = desk.start("Bob")
    desk.extend(id_)

    assert [film.source.name for film in finished(desk, id_).films] == ["film.png", "for ann.png"]
    assert [film.source.name for film in finished(desk, other).films] == ["for bob.png"]


# Runs


def test_every_film_gets_its_record_in_order(desk: Desk):
    session = finished(desk, started(desk, upload(), upload(b""), upload()))

    assert codes(session) == [None, Code.EMPTY, None]
    assert [outcome.record.item for outcome in session.outcomes] == [1, 2, 3]
    assert desk.forms.films(NEW) == ()


def test_results_come_while_the_run_goes_on(desk: Desk):
    slow = SlowSource()
    id_ = started(desk, upload(), Given(source=Once(slow)))

    wait_until(lambda: len(desk.sessions[0].outcomes) == 1)
    run = desk.run(id_)
    assert run is not None
    assert not run.is_over
    slow.comes.set()
    assert codes(finished(desk, id_)) == [None, None]


def test_a_slow_film_is_fetched_once_for_the_form_and_the_run(desk: Desk):
    slow = SlowSource()
    id_ = started(desk, Given(source=Once(slow)))

    slow.comes.set()

    assert codes(finished(desk, id_)) == [None]
    assert slow.times_read == 1


def test_cancel_keeps_what_is_finished_and_the_rest_can_go_on(desk: Desk):
    slow = SlowSource()
    id_ = started(desk, upload(), Given(source=Once(slow)), upload())
    wait_until(lambda: len(desk.sessions[0].outcomes) == 1)

    desk.cancel(id_)
    stopped = finished(desk, id_)
    slow.comes.set()
    desk.resume(id_)
    whole = finished(desk, id_)

    assert codes(stopped) == [None, Code.CANCELLED, Code.CANCELLED]
    assert stopped.n_cancelled == 2
    assert codes(whole) == [None, None, None]
    assert whole.outcomes[0] is stopped.outcomes[0]
    assert [outcome.record.item for outcome in whole.outcomes] == [1, 2, 3]


def test_films_added_while_a_run_goes_on_are_classified_too(desk: Desk):
    slow = SlowSource()
    id_ = started(desk, Given(source=Once(slow)))
    desk.forms.add(id_, [upload()])

    desk.extend(id_)
    slow.comes.set()

    assert codes(finished(desk, id_)) == [None, None]


def test_films_added_after_cancel_are_classified_with_the_rest(desk: Desk):
    slow = SlowSource()
    id_ = started(desk, Given(source=Once(slow)))
    desk.cancel(id_)
    desk.forms.add(id_, [upload()])

    slow.comes.set()
    desk.extend(id_)

    assert codes(finished(desk, id_)) == [None, None]


def test_a_late_result_of_a_deleted_session_is_dropped(desk: Desk):
    slow = SlowSource()
    id_ = started(desk, Given(source=Once(slow)))

    desk.delete(id_)
    slow.comes.set()

    assert desk.session(id_) is None
    assert desk.run(id_) is None
    time.sleep(0.3)
    assert desk.sessions == ()


def test_another_readers_run_is_waited_for(services: Services, desk: Desk):
    # The line in front of the engine has room for one run here.
    slow, other = SlowSource(), Desk(services)
    before = started(other, Given(source=Once(slow)), name="Bob")
    wait_until(lambda: (run := other.run(before)) is not None and run.place == 0)
    id_ = started(desk, upload())

    wait_until(lambda: (run := desk.run(id_)) is not None and run.place == 1)
    slow.comes.set()

    assert codes(finished(desk, id_)) == [None]
    finished(other, before)


# Sessions


def test_namesakes_are_two_sessions(desk: Desk):
    first, second = started(desk, upload()), started(desk, upload())

    assert first != second
    assert [session.id for session in desk.sessions] == [second, first]
    assert [session.name for session in desk.sessions] == ["Ann", "Ann"]


def test_a_session_can_be_renamed_but_not_wrongly(desk: Desk):
    id_ = started(desk, upload())

    desk.rename(id_, " Bob ")
    with pytest.raises(CxrError) as error:
        desk.rename(id_, "\n")

    assert error.value.code is Code.NAME_INVALID
    assert desk.sessions[0].name == "Bob"


def test_a_wrong_name_does_not_cost_the_films(desk: Desk):
    desk.forms.add(NEW, [upload()])

    with pytest.raises(CxrError):
        desk.start("")

    assert len(desk.forms.films(NEW)) == 1
    assert desk.sessions == ()


def test_delete_all_frees_everything(desk: Desk):
    id_ = started(desk, upload())
    desk.forms.add(id_, [upload()])
    desk.forms.add(NEW, [upload()])

    desk.delete_all()

    assert desk.sessions == ()
    assert desk.forms.films(NEW) == desk.forms.films(id_) == ()


def test_a_desk_that_nobody_uses_is_freed(services: Services):
    desk = Desk(services, idle_seconds=0.05)
    desk.forms.add(NEW, [upload()])
    started(desk, upload())

    wait_until(lambda: desk.sessions == () and desk.forms.films(NEW) == ())


def test_a_desk_that_is_deleted_or_unknown_is_no_error(desk: Desk):
    desk.delete("unknown")
    desk.cancel("unknown")
    desk.resume("unknown")
    desk.rename("unknown", "Ann")
    desk.extend("unknown")

    assert desk.session("unknown") is None
