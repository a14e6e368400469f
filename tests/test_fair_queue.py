"""First come, first served."""

import threading
import time

import pytest

from cxr_app.fair_queue import FairQueue


class Waiter:
    """Somebody in a thread of their own who takes a turn and keeps it until told to go."""

    def __init__(self, queue: FairQueue, order: list[str], name: str) -> None:
        self.has_turn = threading.Event()
        self.may_go = threading.Event()
        self.stop = threading.Event()
        self._queue, self._order, self._name = queue, order, name
        self.thread = threading.Thread(target=self._go, daemon=True)
        before = len(queue._tickets)
        self.thread.start()
        while len(queue._tickets) == before and self.thread.is_alive():
            time.sleep(0.001)  # until it stands in the queue

    def _go(self) -> None:
        with self._queue.turn(self.stop):
            self._order.append(self._name)
            self.has_turn.set()
            self.may_go.wait(5)

    @property
    def place(self) -> int:
        return self._queue.place(self.stop)

    def leave(self) -> None:
        self.may_go.set()
        self.thread.join(5)


@pytest.fixture
def order() -> list[str]:
    return []


def test_turns_come_in_the_order_of_arrival(order: list[str]):
    queue = FairQueue(1)
    waiters = [Waiter(queue, order, name) for name in "abc"]

    assert [waiter.place for waiter in waiters] == [0, 1, 2]
    assert [waiter.place for waiter in waiters] == [0, 1, 2]
    for waiter in waiters:
        assert waiter.has_turn.wait(5)
        waiter.leave()

    assert order == ["a", "b", "c"]
    assert [waiter.place for waiter in waiters] == [0, 0, 0]


def test_so_many_have_their_turn_at_once_and_no_more(order: list[str]):
    queue = FairQueue(2)
    first, second, third = (Waiter(queue, order, name) for name in "abc")

    assert first.has_turn.wait(5)
    assert second.has_turn.wait(5)
    assert not third.has_turn.wait(0.3)
    second.leave()
    assert third.has_turn.wait(5)

    first.leave()
    third.leave()


def test_whoever_gives_up_does_not_wait(order: list[str]):
    queue = FairQueue(1)
    first, second = Waiter(queue, order, "a"), Waiter(queue, order, "b")

    second.stop.set()

    assert second.has_turn.wait(5)
    second.leave()
    first.leave()


def test_a_turn_ends_with_an_error_too():
    queue = FairQueue(1)
    with pytest.raises(KeyError), queue.turn(threading.Event()):
        raise KeyError

    with queue.turn(stop := threading.Event()):
        assert queue.place(stop) == 0


def test_a_queue_has_room_for_one_at_least():
    with pytest.raises(ValueError, match="1 or more"):
        FairQueue(0)
