"""One reader's workspace: forms, sessions, runs."""

import contextlib
import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxr_app import Prediction, drafts, load_bundle
from cxr_app import workspace as workspaces
from cxr_app.codes import Code
from cxr_app.decoding.pool import DecoderPool
from cxr_app.drafts import MAX_FETCHED, MAX_FILMS
from cxr_app.engine.queue import QueuedEngine
from cxr_app.errors import CxrError, Rejected
from cxr_app.expiry import Sweeper
from cxr_app.fair_queue import FairQueue
from cxr_app.fetch.client import Fetcher
from cxr_app.fetch.rules import FetchRules
from cxr_app.given_film import GivenFilm
from cxr_app.imaging.drawing import draw_png
from cxr_app.limits import Limits
from cxr_app.runs import Services
from cxr_app.sessions import Given, PatientSession
from cxr_app.sources import UploadSource
from cxr_app.workspace import NEW, Workspace

GOOD = draw_png(1, size=(160, 128))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class SlowSource:
    """A film that comes when the test says so."""

    name = "slow.png"

    def __init__(self) -> None:
        self.comes = threading.Event()
        self.times_read = 0

    def read(self, limits: Limits) -> bytes:
        self.times_read += 1
        assert self.comes.wait(20)
        return GOOD


def upload(data: bytes = GOOD, name: str = "film.png") -> Given:
    source = GivenFilm(UploadSource(name, data))
    with contextlib.suppress(Rejected):
        source.read(Limits())
    return Given(source=source)


@pytest.fixture(scope="module")
def services(tiny_bundle: Path, decoder: DecoderPool) -> Services:
    bundle = load_bundle(tiny_bundle)
    plain = Prediction(bundle)
    return Services(
        prediction=Prediction(bundle, QueuedEngine(plain.engine)),
        fetcher=Fetcher(FetchRules()),
        limits=Limits(),
        runs=FairQueue(1),
        decoder=decoder,
        sweeper=Sweeper(),
    )


@pytest.fixture
def workspace(services: Services) -> Iterator[Workspace]:
    workspace = Workspace(services, now=lambda: NOON)
    yield workspace
    workspace.delete_all()


def wait_until(is_so: Callable[[], bool]) -> None:
    last = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < last, "it did not happen"
        time.sleep(0.005)


def finished(workspace: Workspace, id_: str) -> PatientSession:
    wait_until(lambda: workspace.run(id_) is None)
    session = workspace.session(id_)
    assert session is not None
    return session


def started(workspace: Workspace, *films: Given, name: str = "Ann") -> str:
    workspace.add(NEW, films)
    return workspace.start(name)


def codes(session: PatientSession) -> list[Code | None]:
    return [outcome.record.code for outcome in session.outcomes]


# The form


def test_a_film_on_the_form_is_looked_at(workspace: Workspace):
    workspace.add(NEW, [upload(), upload(GOOD[:500])])

    wait_until(lambda: all(film.look for film in workspace.films_on(NEW)))
    first, second = (film.look for film in workspace.films_on(NEW))
    assert first is not None
    assert (first.picture or b"")[:2] == b"\xff\xd8"  # a JPEG
    assert first.problem is None
    assert second is not None
    assert second.picture is None
    assert second.problem is not None
    assert second.problem.code is Code.TRUNCATED


def test_a_film_that_was_taken_off_stays_off(workspace: Workspace):
    slow = SlowSource()
    kept, gone = workspace.add(NEW, [upload(), Given(source=GivenFilm(slow))])

    workspace.remove(NEW, [gone, "unknown"])
    slow.comes.set()

    wait_until(lambda: workspace.films_on(NEW)[0].look is not None)
    assert [film.id for film in workspace.films_on(NEW)] == [kept]


def test_more_films_than_allowed_are_not_added(workspace: Workspace):
    workspace.add(NEW, [upload()] * (MAX_FILMS - 1))

    with pytest.raises(CxrError) as error:
        workspace.add(NEW, [upload(), upload()])

    assert error.value.code is Code.TOO_MANY_ITEMS
    assert len(workspace.films_on(NEW)) == MAX_FILMS - 1


def test_films_of_a_session_count_with_those_on_its_form(workspace: Workspace):
    id_ = started(workspace, upload(), upload())

    with pytest.raises(CxrError) as error:
        workspace.add(id_, [upload()] * (MAX_FILMS - 1))

    assert error.value.code is Code.TOO_MANY_ITEMS


def test_more_bytes_than_allowed_are_not_added(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(drafts, "MAX_BYTES", 2 * len(GOOD))
    workspace.add(NEW, [upload()])

    with pytest.raises(CxrError) as error:
        workspace.add("another form", [upload(), upload()])

    assert error.value.code is Code.SESSION_FULL
    assert workspace.films_on("another form") == ()


class FakeFetcher:
    """Every address is a good film."""

    def fetch(self, text: str, limits: Limits) -> bytes:
        return GOOD


def test_fetched_pictures_for_which_there_is_no_room_are_let_go(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    workspace = Workspace(replace(services, fetcher=FakeFetcher()))
    monkeypatch.setattr(workspaces, "MAX_BYTES", 2 * len(GOOD) + 10)
    workspace.add(NEW, [workspace.fetched(f"https://a.test/{number}") for number in range(4)])

    session = finished(workspace, workspace.start("Ann"))  # before any of them was looked at

    assert sorted(codes(session), key=str) == [None, None, Code.SESSION_FULL, Code.SESSION_FULL]
    assert sum(film.source.n_bytes for film in session.films) == 2 * len(GOOD)


def test_a_form_takes_so_many_addresses_and_no_more(services: Services):
    workspace = Workspace(replace(services, fetcher=FakeFetcher()))
    workspace.add(NEW, [workspace.fetched("https://a.test/film.png")] * MAX_FETCHED)

    with pytest.raises(CxrError, match="limit is 50 addresses"):
        workspace.add(NEW, [workspace.fetched("https://a.test/film.png")])

    workspace.add(NEW, [upload()])
    workspace.delete_all()


def test_slow_addresses_do_not_keep_an_upload_from_being_shown(workspace: Workspace):
    slow = [SlowSource() for _ in range(workspaces.READERS - 1)]
    workspace.add(NEW, [Given(source=GivenFilm(one)) for one in slow])
    workspace.add(NEW, [upload()])

    wait_until(lambda: workspace.films_on(NEW)[-1].look is not None)

    for one in slow:
        one.comes.set()


def test_a_film_whose_reading_fails_unforeseen_says_so(workspace: Workspace):
    class Failing(SlowSource):
        def read(self, limits: Limits) -> bytes:
            raise KeyError("ZZMARKER")

    workspace.add(NEW, [Given(source=GivenFilm(Failing()))])

    wait_until(lambda: workspace.films_on(NEW)[0].look is not None)
    look = workspace.films_on(NEW)[0].look
    assert look is not None
    assert look.problem is not None
    assert look.problem.code is Code.INTERNAL_ERROR


def test_films_meant_for_one_patient_never_turn_up_under_another(workspace: Workspace):
    id_ = started(workspace, upload())
    workspace.add(id_, [upload(name="for ann.png")])
    workspace.add(NEW, [upload(name="for bob.png")])

    other = workspace.start("Bob")
    workspace.extend(id_)

    assert [film.source.name for film in finished(workspace, id_).films] == [
        "film.png",
        "for ann.png",
    ]
    assert [film.source.name for film in finished(workspace, other).films] == ["for bob.png"]


# Runs


def test_every_film_gets_its_record_in_order(workspace: Workspace):
    session = finished(workspace, started(workspace, upload(), upload(b""), upload()))

    assert codes(session) == [None, Code.EMPTY, None]
    assert [outcome.record.item for outcome in session.outcomes] == [1, 2, 3]
    assert workspace.films_on(NEW) == ()


def test_results_come_while_the_run_goes_on(workspace: Workspace):
    slow = SlowSource()
    id_ = started(workspace, upload(), Given(source=GivenFilm(slow)))

    wait_until(lambda: len(workspace.sessions[0].outcomes) == 1)
    run = workspace.run(id_)
    assert run is not None
    assert not run.is_over
    slow.comes.set()
    assert codes(finished(workspace, id_)) == [None, None]


def test_a_slow_film_is_fetched_once_for_the_form_and_the_run(workspace: Workspace):
    slow = SlowSource()
    id_ = started(workspace, Given(source=GivenFilm(slow)))

    slow.comes.set()

    assert codes(finished(workspace, id_)) == [None]
    assert slow.times_read == 1


def test_cancel_keeps_what_is_finished_and_the_rest_can_go_on(workspace: Workspace):
    slow = SlowSource()
    id_ = started(workspace, upload(), Given(source=GivenFilm(slow)), upload())
    wait_until(lambda: len(workspace.sessions[0].outcomes) == 1)

    workspace.cancel(id_)
    stopped = finished(workspace, id_)
    slow.comes.set()
    workspace.resume(id_)
    whole = finished(workspace, id_)

    assert codes(stopped) == [None, Code.CANCELLED, Code.CANCELLED]
    assert stopped.n_cancelled == 2
    assert codes(whole) == [None, None, None]
    assert whole.outcomes[0] is stopped.outcomes[0]
    assert [outcome.record.item for outcome in whole.outcomes] == [1, 2, 3]


def test_films_added_while_a_run_goes_on_are_classified_too(workspace: Workspace):
    slow = SlowSource()
    id_ = started(workspace, Given(source=GivenFilm(slow)))
    workspace.add(id_, [upload()])

    workspace.extend(id_)
    slow.comes.set()

    assert codes(finished(workspace, id_)) == [None, None]


def test_films_added_after_cancel_are_classified_with_the_rest(workspace: Workspace):
    slow = SlowSource()
    id_ = started(workspace, Given(source=GivenFilm(slow)))
    workspace.cancel(id_)
    workspace.add(id_, [upload()])

    slow.comes.set()
    workspace.extend(id_)

    assert codes(finished(workspace, id_)) == [None, None]


def test_a_late_result_of_a_deleted_session_is_dropped(workspace: Workspace):
    slow = SlowSource()
    id_ = started(workspace, Given(source=GivenFilm(slow)))

    workspace.delete(id_)
    slow.comes.set()

    assert workspace.session(id_) is None
    assert workspace.run(id_) is None
    time.sleep(0.3)
    assert workspace.sessions == ()


def test_another_readers_run_is_waited_for(services: Services, workspace: Workspace):
    # The line in front of the engine has room for one run here.
    slow, other = SlowSource(), Workspace(services)
    before = started(other, Given(source=GivenFilm(slow)), name="Bob")
    wait_until(lambda: (run := other.run(before)) is not None and run.place == 0)
    id_ = started(workspace, upload())

    wait_until(lambda: (run := workspace.run(id_)) is not None and run.place == 1)
    slow.comes.set()

    assert codes(finished(workspace, id_)) == [None]
    finished(other, before)


# Sessions


def test_namesakes_are_two_sessions(workspace: Workspace):
    first, second = started(workspace, upload()), started(workspace, upload())

    assert first != second
    assert [session.id for session in workspace.sessions] == [second, first]
    assert [session.name for session in workspace.sessions] == ["Ann", "Ann"]


def test_a_session_can_be_renamed_but_not_wrongly(workspace: Workspace):
    id_ = started(workspace, upload())

    workspace.rename(id_, " Bob ")
    with pytest.raises(CxrError) as error:
        workspace.rename(id_, "\n")

    assert error.value.code is Code.NAME_INVALID
    assert workspace.sessions[0].name == "Bob"


def test_a_wrong_name_does_not_cost_the_films(workspace: Workspace):
    workspace.add(NEW, [upload()])

    with pytest.raises(CxrError):
        workspace.start("")

    assert len(workspace.films_on(NEW)) == 1
    assert workspace.sessions == ()


def test_delete_all_frees_everything(workspace: Workspace):
    id_ = started(workspace, upload())
    workspace.add(id_, [upload()])
    workspace.add(NEW, [upload()])

    workspace.delete_all()

    assert workspace.sessions == ()
    assert workspace.films_on(NEW) == workspace.films_on(id_) == ()


@pytest.mark.parametrize(
    ("seconds", "is_connected", "is_freed"),
    [
        pytest.param(workspaces.GONE_SECONDS - 1, False, False, id="a lost connection comes back"),
        pytest.param(workspaces.GONE_SECONDS + 1, False, True, id="a closed tab does not"),
        pytest.param(workspaces.IDLE_SECONDS - 1, True, False, id="an open tab may rest"),
        pytest.param(workspaces.IDLE_SECONDS + 1, True, True, id="but not for ever"),
    ],
)
def test_a_desk_is_freed_when_its_reader_has_gone(
    services: Services, seconds: float, is_connected: bool, is_freed: bool
):
    passed = [0.0]
    workspace = Workspace(services, is_connected=lambda: is_connected, clock=lambda: passed[0])
    finished(workspace, started(workspace, upload()))
    workspace.add(NEW, [upload()])

    passed[0] = seconds
    services.sweeper.sweep()

    assert (workspace.sessions == () and workspace.films_on(NEW) == ()) is is_freed
    workspace.delete_all()


def test_what_expired_is_told_once_and_an_empty_workspace_has_nothing_to_tell(services: Services):
    passed = [0.0]
    workspace = Workspace(services, clock=lambda: passed[0])
    passed[0] = workspaces.IDLE_SECONDS + 1
    services.sweeper.sweep()
    nothing = workspace.touch()

    workspace.add(NEW, [upload()])
    passed[0] += workspaces.IDLE_SECONDS + 1
    services.sweeper.sweep()

    assert not nothing
    assert workspace.is_empty
    assert [workspace.touch(), workspace.touch()] == [True, False]


def test_what_is_deleted_leaves_memory(services: Services):
    workspace = Workspace(services)
    films = [upload(), upload(GOOD[:500])]
    bytes_held = [weakref.ref(film.source) for film in films]
    workspace.add(NEW, films)
    del films
    wait_until(lambda: all(film.look for film in workspace.films_on(NEW)))
    id_ = workspace.start("Ann")
    finished(workspace, id_)

    workspace.delete(id_)
    gc.collect()

    assert [source() for source in bytes_held] == [None, None]


def test_a_refused_file_leaves_no_bytes_behind(services: Services):
    workspace = Workspace(replace(services, limits=Limits(max_bytes=len(GOOD) - 1)))

    given = workspace.uploaded("film.png", GOOD)

    assert given.source.n_bytes == 0
    held = [one for one in gc.get_referrers(GOOD) if isinstance(one, UploadSource)]
    assert held == []


def test_a_desk_that_is_deleted_or_unknown_is_no_error(workspace: Workspace):
    workspace.delete("unknown")
    workspace.cancel("unknown")
    workspace.resume("unknown")
    workspace.rename("unknown", "Ann")
    workspace.extend("unknown")

    assert workspace.session("unknown") is None
