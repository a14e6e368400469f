"""Many sources, one record each, in order, as they are ready."""

import threading
from pathlib import Path

import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.drawing import draw_png
from cxr_app.limits import Limits
from cxr_app.pipeline import AHEAD, DECODERS, classify, classify_sources
from cxr_app.sources import UploadSource

PNG = draw_png(0, size=(200, 200))
GOOD = UploadSource("good", PNG)


@pytest.fixture(scope="module")
def prediction(tiny_bundle: Path) -> Prediction:
    return Prediction(load_bundle(tiny_bundle))


class Waiting:
    """A source that has no bytes before it is told so."""

    name = "waiting"

    def __init__(self) -> None:
        self.may_go_on = threading.Event()

    def read(self, limits: Limits) -> bytes:
        assert self.may_go_on.wait(30)
        return PNG


class Failing:
    """A source with a fault that nobody thought of."""

    name = "failing"

    def read(self, limits: Limits) -> bytes:
        raise KeyError("secret")


def test_a_record_does_not_wait_for_the_sources_after_it(prediction, decoder):
    slow = Waiting()
    records = classify_sources([GOOD, slow], prediction, limits=Limits(), decoder=decoder)

    assert next(records).source == "good"

    slow.may_go_on.set()
    assert [record.source for record in records] == ["waiting"]


def test_order_is_kept_whatever_is_ready_first(prediction, decoder):
    slow = Waiting()
    threading.Timer(0.3, slow.may_go_on.set).start()

    records = list(
        classify_sources([slow, GOOD, GOOD], prediction, limits=Limits(), decoder=decoder)
    )

    assert [(r.item, r.source) for r in records] == [(1, "waiting"), (2, "good"), (3, "good")]


def test_sources_are_taken_only_a_few_ahead(prediction, decoder):
    taken = []

    def sources():
        for place in range(1000):
            taken.append(place)
            yield GOOD

    records = classify_sources(sources(), prediction, limits=Limits(), decoder=decoder)
    next(records)

    assert len(taken) <= AHEAD + DECODERS
    records.close()


def test_an_unforeseen_fault_costs_one_film_and_tells_no_secret(prediction, decoder, caplog):
    first, second = classify_sources(
        [Failing(), GOOD], prediction, limits=Limits(), decoder=decoder
    )

    assert first.code is Code.INTERNAL_ERROR
    assert second.status == "ok"
    assert "secret" not in caplog.text + str(first)
    assert "KeyError" in caplog.text


def test_an_engine_that_fails_costs_one_film(prediction, decoder, tiny_bundle):
    class Broken:
        name, precision = "broken", "f32"

        def __init__(self) -> None:
            self.calls = 0

        def run(self, inputs):
            self.calls += 1
            if self.calls == 1:
                raise RuntimeError("out of luck")
            return prediction.engine.run(inputs)

    broken = Prediction(load_bundle(tiny_bundle), Broken())

    first, second = classify_sources([GOOD, GOOD], broken, limits=Limits(), decoder=decoder)

    assert (first.code, second.status) == (Code.ENGINE_FAILED, "ok")
    assert first.confidences is None


def test_after_a_cancel_what_is_left_gets_its_record(prediction, decoder):
    done = []
    records = classify_sources(
        [GOOD] * 10,
        prediction,
        limits=Limits(),
        decoder=decoder,
        is_cancelled=lambda: len(done) >= 3,
    )

    for record in records:
        done.append(record)

    codes = [record.code for record in done]
    n_done = codes.index(Code.CANCELLED)
    assert codes == [None] * n_done + [Code.CANCELLED] * (10 - n_done)
    assert 3 <= n_done <= 5  # two at most were being worked out
    assert [r.item for r in done] == list(range(1, 11))


def test_one_source_alone_gets_the_same_answer(prediction, decoder):
    (in_a_run,) = classify_sources([GOOD], prediction, limits=Limits(), decoder=decoder)

    assert (
        classify(GOOD, prediction, limits=Limits(), decoder=decoder).confidences
        == in_a_run.confidences
    )


def test_a_rejection_survives_the_pickle():
    import pickle

    error = pickle.loads(pickle.dumps(Rejected(Code.TOO_SMALL, w=3, h=4, min=96)))

    assert str(error) == "The image measures 3 x 4 pixels. Each side must be at least 96."
