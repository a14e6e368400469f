"""The table of bad inputs as a reader of the page would bring it: uploaded between good films."""

import itertools
from pathlib import Path

import pytest

from cxr_app.codes import Code
from cxr_app.drafts import MAX_FILMS
from cxr_app.records import Status
from cxr_app.sessions import Outcome
from tests.bad.row import Answer, Row
from tests.bad.table import ROWS, one_of_each_answer
from tests.makers import film, saved
from tests.stories.page import classify, html, open_page, workspace

GOOD = saved(film(101, (400, 300)), "PNG")
# Heavy rows cost tens of megabytes each; the decoder's and the command line's tests take them all.
LIGHT = [row for row in ROWS if not row.is_heavy]
CHUNK = (MAX_FILMS - 1) // 2


def _answer(outcome: Outcome) -> Answer:
    record = outcome.record
    if record.status is Status.REJECTED:
        assert record.code is not None
        return record.code
    # What the model or the same bytes elsewhere on the form add is not what a row is about.
    others = (Code.NEAR_THRESHOLD, Code.DUPLICATE)
    return tuple(code for code in record.warnings if code not in others)


CHUNKS = [LIGHT[first : first + CHUNK] for first in range(0, len(LIGHT), CHUNK)]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(one_of_each_answer(), id="one of each answer"),
        *(pytest.param(rows, id=rows[0].id, marks=pytest.mark.soak) for rows in CHUNKS),
    ],
)
def test_each_bad_upload_has_its_card_and_costs_no_other_film_its_number(
    rows: tuple[Row, ...], tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CXR_MODEL", str(tiny_bundle))
    pairs = [(("good.png", GOOD), (row.name or "film.bin", row.make())) for row in rows]
    films = [(name, data, "") for name, data in itertools.chain(*pairs)]

    app = classify(open_page(), *films, ("good.png", GOOD, ""))

    (session,) = workspace(app).sessions
    wrong = {
        row.id: _answer(outcome)
        for row, outcome in zip(rows, session.outcomes[1::2], strict=True)
        if _answer(outcome) not in row.answers
    }
    assert wrong == {}
    assert len({str(outcome.record.confidences) for outcome in session.outcomes[::2]}) == 1
    assert not app.exception
    cards = [f"{place}.&nbsp;" for place in range(1, len(films) + 2)]
    assert [card for card in cards if card not in html(app)] == []
