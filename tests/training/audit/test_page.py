"""The report as a page, of films without a file behind them."""

from cxr_app.codes import Code
from cxr_app.spec import Task
from tests.training.audit.makers import labelled, measured
from training.audit.data_audit import audit_films
from training.audit.image_statistics import MeasuredFilm
from training.audit.page import Contents, page

LABELS = ("NORMAL", "PNEUMONIA")


def page_of(*films: MeasuredFilm) -> str:
    parts = {one.film.name: "fit" for one in films}
    return page(
        Contents(
            read={"Folder": "films"},
            command="",
            labels=LABELS,
            counts=(),
            open_films=(),
            samples=(),
            audit=audit_films(films, parts, labels=LABELS, task=Task.BINARY),
            no_split="",
            label_files={},
        )
    )


def test_of_a_long_list_the_beginning_is_shown():
    broken = [MeasuredFilm(film=labelled(f"film {n}", 0), code=Code.EMPTY) for n in range(102)]

    text = page_of(*broken)

    assert "<li>film 99: empty</li>" in text
    assert "<li>and 2 more: see audit.json</li>" in text
    assert "film 100" not in text


def test_films_that_look_the_same_are_named_with_what_they_differ_in():
    one, other = labelled("a", 0), labelled("b\u202e<i>", 1, sha256="hash of a")
    near = measured(labelled("c", 0, patient="patient of a"), fingerprint=1)

    text = page_of(measured(one), measured(other), near)

    assert "a = b\\u202e&lt;i&gt; (different labels; different patients)" in text
    assert "a ~ c (1 of 256 bits differ)" in text
