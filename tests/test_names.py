"""Which names a patient may have, and how a file's name is shown."""

import unicodedata

import pytest

from cxr_app.codes import Code
from cxr_app.errors import CxrError
from cxr_app.names import check_name, shown_file_name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Ann", id="a plain name"),
        pytest.param("李", id="one character"),
        pytest.param("O'Brien-Ngo, Jr.", id="an apostrophe, a hyphen and stops"),
        pytest.param("\u0645\u0631\u064a\u0645", id="Arabic, which runs from right to left"),
        pytest.param("\u0915\u094d\u200d\u0937\u093f\u0924\u093f", id="Devanagari with a joiner"),
        pytest.param("\U0001f469\u200d\U0001f467", id="an emoji with a joiner"),
        pytest.param("<b>=1+1</b> $x$", id="text that would act elsewhere"),
        pytest.param("a" * 120, id="120 characters"),
        pytest.param("e\u0323\u0302\u0301\u0308x", id="four accents on one letter, in any form"),
    ],
)
def test_a_good_name_is_kept(name: str):
    assert check_name(name) == unicodedata.normalize("NFC", name)


def test_a_name_is_kept_in_nfc():
    assert check_name("Zoe\u0308") == "Zo\u00eb"


def test_blanks_around_a_name_are_dropped():
    assert check_name("  Ann Lee ") == "Ann Lee"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("", "it is empty", id="nothing"),
        pytest.param(" \u3000\t", "it is empty", id="blanks"),
        pytest.param("a" * 121, "121 characters, the limit is 120", id="121 characters"),
        pytest.param("a" * 10_000, "10000 characters", id="10,000 characters"),
        pytest.param("A\0nn", "cannot be shown", id="a NUL"),
        pytest.param("Ann\nLee", "line break", id="a line break"),
        pytest.param("Ann\u2028Lee", "line break", id="a line separator"),
        pytest.param("Ann\ue000", "cannot be shown", id="a private character"),
        pytest.param("Ann\ud800", "cannot be shown", id="half a character"),
        pytest.param("Ann\u202eeeL", "reading direction", id="a sign that turns the rest"),
        pytest.param("\u200b\u200b", "no visible characters", id="zero-width signs alone"),
        pytest.param("\u3164", "no visible characters", id="a Hangul filler"),
        pytest.param("\u0301", "no visible characters", id="an accent on nothing"),
        pytest.param("a" + "\u0301" * 50, "accents", id="50 accents on one letter"),
    ],
)
def test_a_bad_name_is_refused_with_its_reason(name: str, reason: str):
    with pytest.raises(CxrError) as caught:
        check_name(name)

    assert caught.value.code is Code.NAME_INVALID
    assert reason in str(caught.value)
    assert not name.strip() or name.strip() not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("film.jpeg", "film.jpeg", id="a plain name"),
        pytest.param("../../etc/x.png", "x.png", id="folders"),
        pytest.param("C:\\films\\x.png", "x.png", id="folders of Windows"),
        pytest.param("x\n.png", "x\\n.png", id="a line break"),
        pytest.param("x\u202egnp.exe", "x\\u202egnp.exe", id="a sign that turns the rest"),
        pytest.param("x\udcff.png", "x\\udcff.png", id="not UTF-8"),
        pytest.param("\u0915\u094d\u200d\u0937.png", "\u0915\u094d\u200d\u0937.png", id="a joiner"),
        pytest.param("films/", "films/", id="a folder's name is better than none"),
    ],
)
def test_a_file_name_shows_what_it_hides(name: str, shown: str):
    assert shown_file_name(name) == shown
