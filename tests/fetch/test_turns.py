"""Few requests at once, and fewer to one host."""

import threading
from concurrent.futures import ThreadPoolExecutor

from cxr_app.fetch.clocks import Clocks
from cxr_app.fetch.rules import FetchRules
from cxr_app.fetch.turns import Turns
from cxr_app.limits import Limits
from tests.fetch.servers import PNG, Talk, fetcher, forward, reply


def clocks(clock=lambda: 0.0) -> Clocks:
    return Clocks(FetchRules(), clock)


def has_to_wait(turns: Turns, host: str) -> bool:
    """Ask for a turn in another thread; it is given back at once."""
    is_in = threading.Event()

    def ask() -> None:
        with turns.turn(host, clocks()):
            is_in.set()

    threading.Thread(target=ask, daemon=True).start()
    return not is_in.wait(0.1)


def test_a_third_request_to_one_host_waits():
    turns = Turns(at_once=4, per_host=2)

    with turns.turn("a", clocks()), turns.turn("a", clocks()):
        assert has_to_wait(turns, "a")
        assert not has_to_wait(turns, "b")


def test_a_fifth_request_waits_whatever_its_host():
    turns = Turns(at_once=4, per_host=2)

    with (
        turns.turn("a", clocks()),
        turns.turn("b", clocks()),
        turns.turn("c", clocks()),
        turns.turn("d", clocks()),
    ):
        assert has_to_wait(turns, "e")
    assert not has_to_wait(turns, "e")


def test_a_turn_ends_also_where_the_request_fails():
    turns = Turns(at_once=1, per_host=1)

    for _ in range(3):
        try:
            with turns.turn("a", clocks()):
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    assert not has_to_wait(turns, "a")


def test_waiting_for_a_turn_is_not_the_servers_slowness():
    hands = iter([0.0, 5.0, 65.0, 66.0])  # made at 0; waits from 5 to 65; asked at 66
    waiting = clocks(lambda: next(hands))

    with Turns(at_once=1, per_host=1).turn("a", waiting):
        assert waiting.total() == 20 + 60 - 66


def test_many_at_once_all_arrive_and_no_three_at_a_time(serve):
    lock = threading.Lock()
    now, most = 0, 0

    def count(talk: Talk) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        talk.hear()
        talk.pause(0.02)
        with lock:
            now -= 1
        talk.say(reply())

    server = serve(count)
    found = fetcher(server)
    with ThreadPoolExecutor(8) as threads:
        pictures = list(
            threads.map(lambda n: found.fetch(f"http://a.example/{n}", Limits()), range(12))
        )

    assert pictures == [PNG] * 12
    assert most <= 2


def test_a_redirect_to_a_busy_host_does_not_wait_for_itself(serve):
    server = serve(forward("/again"), reply())

    assert fetcher(server, at_once=1, per_host=1).fetch("http://a.example/", Limits()) == PNG
