"""First come, first served."""

import threading

import pytest

from cxr_app.line import Line


class Waiter:
    """Somebody in a thread of their own who takes a turn and keeps it until told to go."""

    def __init__(self, line: Line, order: list[str], name: str) -> None:
        self.places: list[int] = []
        self.is_waiting = threading.Event()
        self.has_turn = threading.Event()
        self.may_go = threading.Event()
        self.gives_up = threading.Event()
        self._line, self._order, self._name = line, order, name
        self.thread = threading.Thread(target=self._go, daemon=True)
        self.thread.start()
        assert self.is_waiting.wait(5)

    def _go(self) -> None:
        with self._line.turn(told=self._told, is_unwanted=self.gives_up.is_set):
            self._order.append(self._name)
            self.has_turn.set()
            self.may_go.wait(5)

    def _told(self, place: int) -> None:
        self.places.append(place)
        self.is_waiting.set()

    def leave(self) -> None:
        self.may_go.set()
        self.thread.join(5)


@pytest.fixture
def order() -> list[str]:
    return []


def test_turns_come_in_the_order_of_arrival(order: list[str]):
    line = Line(1)
    waiters = [Waiter(line, order, name) for name in "abc"]

    for waiter in waiters:
        assert waiter.has_turn.wait(5)
        waiter.leave()

    assert order == ["a", "b", "c"]
    assert [waiter.places[0] for waiter in waiters] == [0, 1, 2]
    assert [waiter.places[-1] for waiter in waiters] == [0, 0, 0]


def test_so_many_have_their_turn_at_once_and_no_more(order: list[str]):
    line = Line(2)
    first, second, third = (Waiter(line, order, name) for name in "abc")

    assert first.has_turn.wait(5)
    assert second.has_turn.wait(5)
    assert not third.has_turn.wait(0.3)
    second.leave()
    assert third.has_turn.wait(5)

    first.leave()
    third.leave()


def test_whoever_gives_up_does_not_wait(order: list[str]):
    line = Line(1)
    first, second = Waiter(line, order, "a"), Waiter(line, order, "b")

    second.gives_up.set()

    assert second.has_turn.wait(5)
    second.leave()
    first.leave()


def test_a_turn_ends_with_an_error_too():
    line = Line(1)
    with pytest.raises(KeyError), line.turn():
        raise KeyError

    with line.turn(is_unwanted=lambda: pytest.fail("it had to wait")):
        pass


def test_a_line_has_room_for_one_at_least():
    with pytest.raises(ValueError, match="1 or more"):
        Line(0)
