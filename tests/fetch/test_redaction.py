"""An address is shown without what may be a secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxr_app.fetch.redaction import shown_url

MARKER = "ZZMARKER"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("https://a.org/b/c.png", "https://a.org/b/c.png", id="F44 nothing to hide"),
        pytest.param("https://u:p@a.org/b", "https://***@a.org/b", id="F44 user and password"),
        pytest.param("https://a.org/b?token=x&y", "https://a.org/b?***", id="F44 query"),
        pytest.param("https://a.org/b#x?y", "https://a.org/b", id="F44 fragment"),
        pytest.param("https://a.org/@me/b.png", "https://a.org/@me/b.png", id="F44 @ in the path"),
        pytest.param("http://[2606::1]:80/@b", "http://[2606::1]:80/@b", id="F44 IPv6"),
        pytest.param(r"http://a.org\@b.org/", "http://***@b.org/", id="F44 backslash"),
        pytest.param("https://u:p/q@a.org/b", "https://***@a.org/b", id="F44 slash in a password"),
        pytest.param("https:///u:p@a.org/b?c", "https://***@a.org/b?***", id="F44 three slashes"),
        pytest.param("//u:p@a.org/b", "//***@a.org/b", id="F44 no scheme"),
        pytest.param("u:p@a.org/b", "***", id="F44 no scheme, no slashes"),
        pytest.param("data:image/png;base64,AAAA", "data:***", id="F44 the picture itself"),
        pytest.param("", "", id="F44 nothing"),
    ],
)
def test_only_host_and_path_are_shown(text: str, shown: str):
    assert shown_url(text) == shown


_TEXT = st.text(max_size=12)
# After one of these the host is over, and what seems to be a user is a path.
_USER = st.text(st.characters(exclude_characters="/?#"), max_size=12)


@given(
    scheme=st.sampled_from(("http", "HTTPS", "ftp", "x+y")),
    user=st.tuples(_USER, _USER).map(MARKER.join),
    query=_TEXT,
    fragment=_TEXT,
)
def test_no_user_query_or_fragment_gets_through(scheme: str, user: str, query: str, fragment: str):
    text = f"{scheme}://{user}@films.example.org/a.png?{query}{MARKER}#{fragment}{MARKER}"

    assert MARKER not in shown_url(text)


@given(st.text())
def test_any_text_has_a_shown_form(text: str):
    shown = shown_url(text)

    assert "#" not in shown or "#" in text
    assert len(shown) <= len(text) + len("***@?***")
