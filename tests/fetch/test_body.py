"""A body is counted as it comes, packed and unpacked, and unpacked at most once."""

import gzip
import tracemalloc
import zlib

import pytest

from cxr_app.codes import Code
from cxr_app.limits import MIB, Limits
from tests.fetch.servers import PNG, Talk, chunked, code_of, error_of, fetcher, reply

URL = "http://films.example.org/film.png"
SMALL = Limits(max_bytes=len(PNG))
LONG = PNG[:8] + bytes(len(PNG) - 7)  # one byte more, and easily packed
GZIP = "Content-Encoding: gzip"
CHUNKED = "Transfer-Encoding: chunked"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(level=1, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(), id="declared"),
        pytest.param(reply(length=None), id="F41 length absent"),
        pytest.param(reply(PNG, f"Content-Length: {len(PNG)}"), id="F41 length twice, the same"),
        pytest.param(reply(chunked(PNG[:9], PNG[9:]), CHUNKED, length=None), id="F41 chunks"),
        pytest.param(reply(gzip.compress(PNG), GZIP), id="F41 gzip in spite of identity"),
        pytest.param(reply(zlib.compress(PNG), "Content-Encoding: deflate"), id="F41 deflate"),
        pytest.param(
            reply(raw_deflate(PNG), "Content-Encoding: deflate"), id="F41 deflate without its head"
        ),
        pytest.param(
            reply(chunked(gzip.compress(PNG)), CHUNKED, GZIP, length=None), id="F41 packed chunks"
        ),
        pytest.param(reply().replace(b"HTTP/1.1", b"HTTP/1.0"), id="F41 HTTP/1.0"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + reply(), id="F41 100 before it"),
    ],
)
def test_a_picture_arrives_as_it_is(serve, answer: bytes):
    assert fetcher(serve(answer)).fetch(URL, Limits()) == PNG


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(LONG), id="F41 declared too large"),
        pytest.param(reply(PNG, length=10**12), id="F41 length too big, over the cap"),
        pytest.param(reply(LONG, length=None), id="F41 too large, undeclared"),
        pytest.param(reply(chunked(PNG, LONG), CHUNKED, length=None), id="F41 too large in chunks"),
        pytest.param(reply(gzip.compress(LONG), GZIP), id="F41 too large unpacked"),
        pytest.param(
            reply(gzip.compress(b"") * 1000 + gzip.compress(PNG[:9]), GZIP, length=None),
            id="F41 too large as it comes",
        ),
        pytest.param(
            reply(raw_deflate(bytes(2**20)), "Content-Encoding: deflate"), id="F41 deflate bomb"
        ),
    ],
)
def test_a_byte_over_the_cap_is_too_large(serve, answer: bytes):
    assert code_of(fetcher(serve(answer)), URL, SMALL) is Code.URL_TOO_LARGE


def test_the_cap_itself_is_not(serve):
    assert fetcher(serve(reply())).fetch(URL, SMALL) == PNG
    assert fetcher(serve(reply(length=None))).fetch(URL, SMALL) == PNG


def test_the_sentence_names_the_cap(serve):
    error = error_of(fetcher(serve(reply(length=65 * MIB))), URL)

    assert "larger than 64 MB" in str(error)


def test_a_declared_length_over_the_cap_is_refused_before_the_body(serve):
    def declare(talk: Talk) -> None:
        talk.hear()
        talk.say(reply(b"", length=65 * MIB))
        talk.pause(20)

    assert code_of(fetcher(serve(declare)), URL) is Code.URL_TOO_LARGE


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(b"10000\r\n" + b"x" * 2**16 + b"\r\n", id="F41 endless chunks"),
        pytest.param(b"1\r\nx\r\n" * 2**13, id="F41 endless chunks of one byte"),
        # Python's own reader takes a length of -1 for everything that will ever come.
        pytest.param(b"-1\r\n" + b"x" * 2**16, id="F41 a chunk of -1 bytes"),
    ],
)
def test_an_endless_body_is_read_to_the_cap_and_64_kib_more(serve, piece: bytes):
    def endless(talk: Talk) -> None:
        talk.hear()
        talk.say(reply(b"", CHUNKED, length=None))
        while True:
            talk.say(piece)

    server = serve(endless)
    limits = Limits(max_bytes=2**15)

    assert code_of(fetcher(server), URL, limits) is Code.URL_TOO_LARGE
    assert server.sent < 2**25  # what the network holds on the way


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(length=len(PNG) + 1), id="F41 length too big"),
        pytest.param(reply(PNG[:-9], length=len(PNG)), id="F41 body breaks off"),
        pytest.param(reply(length=-5), id="F41 length negative"),
        pytest.param(reply(PNG, "Content-Length: 5"), id="F41 length twice, another"),
        pytest.param(reply(PNG, "Content-Length: five", length=None), id="F41 length in words"),
        pytest.param(reply(chunked(PNG)[:-9], CHUNKED, length=None), id="F41 chunks break off"),
        pytest.param(reply(b"-5\r\n" + PNG, CHUNKED, length=None), id="F41 chunk negative"),
        pytest.param(reply(b"zz\r\n" + PNG, CHUNKED, length=None), id="F41 chunk of zz"),
        pytest.param(
            reply(PNG, *[f"X-{n}: y" for n in range(10_000)]), id="F41 10,000 header lines"
        ),
        pytest.param(reply(PNG, *["X: y"] * 101), id="F41 101 short header lines"),
        pytest.param(reply(PNG, "X: " + "y" * 70_000), id="F41 header line of 70 kB"),
        pytest.param(b"not HTTP at all\r\n\r\n", id="F41 no HTTP"),
        pytest.param(b"", id="F41 nothing"),
    ],
)
def test_an_answer_that_contradicts_itself_is_unreachable(serve, answer: bytes):
    assert code_of(fetcher(serve(answer)), URL) is Code.URL_UNREACHABLE


def test_f41_a_malformed_header_line_does_not_cost_the_picture(serve):
    assert fetcher(serve(reply(PNG, "no colon in here"))).fetch(URL, Limits()) == PNG


def test_f41_a_compressed_body_that_breaks_off_is_left_to_the_decoder(serve):
    server = serve(reply(gzip.compress(PNG)[:-100], GZIP))

    data = fetcher(server).fetch(URL, Limits())

    assert PNG.startswith(data)
    assert 0 < len(data) < len(PNG)


def test_f41_a_length_too_small_gives_what_was_declared(serve):
    assert fetcher(serve(reply(length=len(PNG) - 9))).fetch(URL, Limits()) == PNG[:-9]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            reply(gzip.compress(gzip.compress(PNG)), "Content-Encoding: gzip, gzip"),
            id="F41 gzip twice",
        ),
        pytest.param(reply(PNG, "Content-Encoding: br"), id="F41 br"),
        pytest.param(reply(PNG, "Content-Encoding: zstd"), id="F41 zstd"),
        pytest.param(
            reply(zlib.compress(PNG), "Content-Encoding: dcb"), id="F41 unknown, but readable"
        ),
        pytest.param(reply(PNG, GZIP), id="F41 no gzip in spite of its name"),
        pytest.param(
            reply(chunked(PNG), "Transfer-Encoding: gzip, chunked", length=None),
            id="F41 transfer packed",
        ),
    ],
)
def test_an_odd_coding_is_no_picture(serve, answer: bytes):
    assert code_of(fetcher(serve(answer)), URL) is Code.URL_NOT_IMAGE


def test_f41_a_second_layer_is_left_to_the_decoder(serve):
    twice = gzip.compress(gzip.compress(PNG))

    assert fetcher(serve(reply(twice, GZIP))).fetch(URL, Limits()) == gzip.compress(PNG)


def test_f41_a_gzip_bomb_takes_little_memory(serve):
    bomb = gzip.compress(bytes(80 * MIB))  # 80 kB
    found = fetcher(serve(reply(bomb, GZIP)))

    tracemalloc.start()
    try:
        code = code_of(found, URL)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert code is Code.URL_TOO_LARGE
    assert peak < 100 * 10**6


# At 65,531 all packed bytes are taken while bytes of the picture still wait within zlib.
@pytest.mark.parametrize("size", [0, 1, 65_528, 65_529, 65_531, 200_000])
def test_unpacking_loses_no_byte_at_the_edge_of_a_piece(serve, size: int):
    data = b"\x89PNG\r\n\x1a\n" + bytes(size)
    server = serve(
        reply(gzip.compress(data), GZIP), reply(raw_deflate(data), "Content-Encoding: deflate")
    )
    found = fetcher(server)

    assert found.fetch(URL, Limits()) == data
    assert found.fetch(URL, Limits()) == data
