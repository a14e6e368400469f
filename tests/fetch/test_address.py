"""An address is taken apart once, and strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.address import Address, follow, parse
from cxr_app.fetch.client import Fetcher, FetchRules
from tests.fetch.servers import code_of

PORTS = FetchRules().ports


def read(text: str) -> Address:
    return parse(text, ports=PORTS)


def refusal(text: str) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("file:///etc/passwd", Code.URL_SCHEME, id="F36 file"),
        pytest.param("data:image/png;base64,iVBORw0KGgo=", Code.URL_SCHEME, id="F36 data"),
        pytest.param("httpss://example.org/", Code.URL_SCHEME, id="F36 almost https"),
        pytest.param("//example.org/x.png", Code.URL_SCHEME, id="F36 no scheme"),
        pytest.param("", Code.URL_SCHEME, id="F36 nothing"),
        pytest.param("http:///x.png", Code.URL_INVALID, id="F36 no host"),
        pytest.param("http://:80/x.png", Code.URL_INVALID, id="F36 port, no host"),
        pytest.param("http:example.org", Code.URL_INVALID, id="F36 no slashes"),
        pytest.param("http://a..example.org/", Code.URL_INVALID, id="F36 two dots"),
        pytest.param("http://example.org/a b.png", Code.URL_INVALID, id="F36 blank"),
        pytest.param("http://example.org/\r\nHost: x", Code.URL_INVALID, id="F36 CR LF"),
        pytest.param("http://example.org/\u202egnp", Code.URL_INVALID, id="F36 turned text"),
        pytest.param(r"http://a.test\@127.0.0.1/", Code.URL_INVALID, id="F36 backslash"),
        pytest.param("http://example.org:22/", Code.URL_INVALID, id="F36 port 22"),
        pytest.param("http://example.org:0/", Code.URL_INVALID, id="F36 port 0"),
        pytest.param("http://example.org:999999/", Code.URL_INVALID, id="F36 port 999999"),
        pytest.param("http://example.org:\uff18\uff10/", Code.URL_INVALID, id="F36 wide port"),
        pytest.param("http://user:pw@example.org/", Code.URL_INVALID, id="F36 user info"),
        pytest.param("http://[::1/", Code.URL_INVALID, id="F36 bracket open"),
        pytest.param("http://[::1]x/", Code.URL_INVALID, id="F36 text after the bracket"),
        pytest.param("http://[fe80::1%25eth0]/", Code.URL_INVALID, id="F36 zone"),
        pytest.param("http://[v1.a]/", Code.URL_INVALID, id="F36 address of the future"),
        pytest.param("http://%6cocalhost/", Code.URL_INVALID, id="F36 escapes in the host"),
        pytest.param("http://xn--zzzz99.org/", Code.URL_INVALID, id="F36 punycode of nothing"),
        pytest.param(f"http://{'a' * 64}.org/", Code.URL_INVALID, id="F36 label of 64"),
        pytest.param(f"http://{'a.' * 127}org/", Code.URL_INVALID, id="F36 name of 257"),
        pytest.param("http://example.org/" + "a" * 10_000, Code.URL_INVALID, id="F36 10,000 long"),
        pytest.param("http://256.1.1.1/", Code.URL_INVALID, id="F37 256 in a number"),
        pytest.param("http://films.123/", Code.URL_INVALID, id="F37 a name that ends in a number"),
        pytest.param("http://\uff11\uff12\uff17.1/", Code.URL_INVALID, id="F37 full width"),
        pytest.param("http://\u24dbocalhost/", Code.URL_INVALID, id="F37 letters in circles"),
        # 127 * 2^24 + 1 = 2130706433 = 0x7f000001
        pytest.param("http://127.1/", Code.URL_PRIVATE_ADDRESS, id="F37 127.1"),
        pytest.param("http://2130706433/", Code.URL_PRIVATE_ADDRESS, id="F37 one number"),
        pytest.param("http://0X7F.1/", Code.URL_PRIVATE_ADDRESS, id="F37 hexadecimal"),
        pytest.param("http://0177.0.0.1./", Code.URL_PRIVATE_ADDRESS, id="F37 octal"),
        pytest.param("http://0/", Code.URL_PRIVATE_ADDRESS, id="F37 zero"),
        pytest.param("http://127\u30020\u30020\u30021/", Code.URL_PRIVATE_ADDRESS, id="F37 dots"),
        pytest.param("http://[::ffff:127.0.0.1]/", Code.URL_PRIVATE_ADDRESS, id="F37 IPv6"),
        pytest.param("http://localhost./", Code.URL_PRIVATE_ADDRESS, id="F37 localhost"),
        pytest.param("http://printer.LOCAL/", Code.URL_PRIVATE_ADDRESS, id="F37 local"),
        pytest.param("http://metadata.internal/", Code.URL_PRIVATE_ADDRESS, id="F37 internal"),
    ],
)
def test_a_wrong_shape_opens_no_socket(text: str, code: Code):
    def never(*_: object) -> None:
        raise AssertionError

    assert code_of(Fetcher(FetchRules(), resolve=never, route=never), text) is code


@pytest.mark.parametrize("text", ["www.example.org/x.png", "example.org:8080/x.png", "//a.org/x"])
def test_f36_a_missing_https_is_said(text: str):
    assert ": https:// is missing at its start." in str(refusal(text))


@pytest.mark.parametrize(
    "text", ["file:///x.png", "ftp://example.org/x.png", "javascript:alert(1)"]
)
def test_f36_another_scheme_is_said(text: str):
    assert ": it starts with neither https:// nor http://." in str(refusal(text))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        pytest.param("HTTP://Example.ORG", "http://example.org/", id="case"),
        pytest.param("https://example.org:443/x", "https://example.org/x", id="the scheme's port"),
        pytest.param("https://example.org:/x", "https://example.org/x", id="an empty port"),
        pytest.param("http://example.org:8080/x", "http://example.org:8080/x", id="another port"),
        pytest.param("http://example.org./x", "http://example.org/x", id="the dot of the root"),
        pytest.param("http://example.org?q=1#f", "http://example.org/?q=1", id="query, fragment"),
        # RFC 3492, 7.1 has no German; "xn--mnchen-3ya" is the registry's own spelling.
        pytest.param("http://mu\u0308nchen.de/", "http://xn--mnchen-3ya.de/", id="IDNA, composed"),
        # IDNA 2008 keeps the sharp s that IDNA 2003 made "ss" of: another host.
        pytest.param("http://faß.de/", "http://xn--fa-hia.de/", id="IDNA 2008"),
        pytest.param("http://r3---a_b.example.org/", "http://r3---a_b.example.org/", id="hyphens"),
        pytest.param("http://example.org/ü?ü", "http://example.org/%C3%BC?%C3%BC", id="umlauts"),
        pytest.param(
            "http://example.org/%C3%bc%zz", "http://example.org/%C3%bc%25zz", id="escapes"
        ),
        pytest.param('http://example.org/<">', "http://example.org/%3C%22%3E", id="quotes"),
        pytest.param("http://example.org/@me/a", "http://example.org/@me/a", id="@ in the path"),
        pytest.param("http://0x5db8d70e/", "http://93.184.215.14/", id="a number in hexadecimal"),
        pytest.param("http://[2606:4700:0::1]:8080/", "http://[2606:4700::1]:8080/", id="IPv6"),
        pytest.param("http://localhost.a.org/", "http://localhost.a.org/", id="no local name"),
    ],
)
def test_a_good_address_has_one_plain_form(text: str, url: str):
    assert read(text).url == url


def test_the_longest_address_is_2048_characters():
    start = "http://example.org/"

    assert len(read(start + "a" * (2048 - len(start))).url) == 2048
    assert "2,048 characters" in str(refusal(start + "a" * (2049 - len(start))))


def test_what_is_wrong_is_said_without_repeating_the_address():
    assert str(refusal("http://ZZMARKER:ZZMARKER@example.org/")) == (
        "This address cannot be used: it contains a user name or an @ sign before the host name. "
        "Paste the direct address of the image."
    )


@given(st.text(max_size=60) | st.from_regex(r"https?://[^/]{0,30}(/.*)?", fullmatch=True))
def test_any_text_is_read_or_refused_with_a_code(text: str):
    code = None
    try:
        address = read(text)
    except Rejected as error:
        code = error.code
    else:
        assert address.url.isascii()
        assert read(address.url) == address  # the plain form is read as the same

    assert code in (None, Code.URL_SCHEME, Code.URL_INVALID, Code.URL_PRIVATE_ADDRESS)


class TestFollow:
    """A redirect's target is read as strictly as what was typed."""

    BASE = parse("https://example.org/a/b.png?q=1", ports=PORTS)

    @pytest.mark.parametrize(
        ("location", "url"),
        [
            pytest.param("https://cdn.example/x", "https://cdn.example/x", id="F39 elsewhere"),
            pytest.param("/x?y", "https://example.org/x?y", id="F39 from the root"),
            pytest.param("../x.png", "https://example.org/x.png", id="F39 relative"),
            pytest.param("//cdn.example/x", "https://cdn.example/x", id="F39 the same scheme"),
        ],
    )
    def test_a_good_target_is_found(self, location: str, url: str):
        assert follow(self.BASE, location, ports=PORTS).url == url

    @pytest.mark.parametrize(
        ("location", "code"),
        [
            pytest.param("http://example.org/x", Code.URL_SCHEME, id="F39 https to http"),
            pytest.param("file:///etc/passwd", Code.URL_SCHEME, id="F39 file"),
            pytest.param("https://example.org:22/", Code.URL_INVALID, id="F39 another port"),
            pytest.param("ht\ttps://example.org/", Code.URL_INVALID, id="F39 tab"),
            pytest.param("https://[::1/", Code.URL_INVALID, id="F39 bracket open"),
            pytest.param("/" + "a" * 3000, Code.URL_INVALID, id="F39 too long"),
            pytest.param("https://localhost/", Code.URL_PRIVATE_ADDRESS, id="F39 localhost"),
        ],
    )
    def test_a_bad_target_is_refused(self, location: str, code: Code):
        with pytest.raises(Rejected) as caught:
            follow(self.BASE, location, ports=PORTS)

        assert caught.value.code is code

    def test_http_may_lead_to_https(self):
        base = parse("http://example.org/", ports=PORTS)

        assert follow(base, "https://example.org/", ports=PORTS).scheme == "https"
