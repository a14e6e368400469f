"""From an answer to a picture's bytes: counted as they come, unpacked once, and no web page."""

import io
import re
import zlib
from collections.abc import Iterator
from http.client import HTTPResponse, IncompleteRead
from typing import Final, Protocol

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.signature import sniff
from cxr_app.limits import MIB

__all__ = ["check_picture", "read_body", "too_large"]

_PIECE_BYTES: Final = 64 * 1024
_SNIFFED_BYTES: Final = 4096

# WHATWG MIME Sniffing, "binary data byte": what no text in an ASCII-like coding holds.
_BINARY: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class _Unpacker(Protocol):
    """What `zlib.decompressobj` makes."""

    @property
    def eof(self) -> bool: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def read_body(answer: HTTPResponse, max_bytes: int) -> bytes:
    """Read a body.

    Parameters
    ----------
    answer : HTTPResponse
        Whose body is not read yet.
    max_bytes : int
        Most bytes, as they come and unpacked.

    Raises
    ------
    Rejected
        `urltoo_large`; `url_not_image` for a packing that is not unpacked here;
        `url_unreachable` where the body is shorter than declared, or its lengths are none.
    """
    declared = _declared(answer)
    coding = _coding(answer)
    if declared is not None and declared > max_bytes:
        raise too_large(max_bytes)
    pieces = _counted(_pieces(answer, declared), max_bytes)
    if coding:
        pieces = _counted(_unpacked(pieces, coding), max_bytes)
    # Unlike a joined list it holds the bytes once.
    body = io.BytesIO()
    for piece in pieces:
        body.write(piece)
    return body.getvalue()


def check_picture(data: bytes) -> bytes:
    """Refuse what a picture's place should not hold; which pictures are read the decoder decides.

    Raises
    ------
    Rejected
        `empty`, or `url_not_image` for HTML, JSON and other text.
    """
    if not data:
        raise Rejected(Code.EMPTY)
    head = data[:_SNIFFED_BYTES]
    try:
        sniff(head)
    except Rejected as error:
        is_text = head.startswith(_UTF16) or not _BINARY.search(head)
        if error.code is Code.NOT_AN_IMAGE and is_text:
            raise Rejected(Code.URL_NOT_IMAGE) from None
    return data


def _declared(answer: HTTPResponse) -> int | None:
    """Read the declared length; several that differ are no length."""
    values = answer.headers.get_all("Content-Length", [])
    if not values:
        return None
    lengths = set(values)
    if len(lengths) > 1 or not re.fullmatch("[0-9]{1,18}", values[0]):
        raise Rejected(Code.URL_UNREACHABLE)
    return int(values[0])


def _coding(answer: HTTPResponse) -> str:
    """Read how the body is packed: ``gzip``, ``deflate``, or nothing.

    Servers pack although they were asked not to.
    """
    words = _words(answer, "Content-Encoding")
    codings = [word.removeprefix("x-") for word in words if word not in ("", "identity")]
    if _words(answer, "Transfer-Encoding") not in ([""], ["chunked"]) or len(codings) > 1:
        raise Rejected(Code.URL_NOT_IMAGE)
    if codings and codings[0] not in ("gzip", "deflate"):
        raise Rejected(Code.URL_NOT_IMAGE)
    return codings[0] if codings else ""


def _words(answer: HTTPResponse, header: str) -> list[str]:
    values = ",".join(answer.headers.get_all(header, []))
    return [word.strip().lower() for word in values.split(",")]


def _pieces(answer: HTTPResponse, declared: int | None) -> Iterator[bytes]:
    count = 0
    while piece := answer.read1(_PIECE_BYTES):
        count += len(piece)
        yield piece
    if not answer.chunked and declared not in (None, count):
        raise IncompleteRead(b"")


def _counted(pieces: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > max_bytes:
            raise too_large(max_bytes)
        yield piece


def _unpacked(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Unpack one layer, never more at once than a piece; the rest waits packed."""
    unpacker: _Unpacker | None = None
    for piece in pieces:
        if unpacker is None:
            unpacker = zlib.decompressobj(_window(coding, piece))
        packed = piece
        while not unpacker.eof:
            try:
                plain = unpacker.decompress(packed, _PIECE_BYTES)
            except zlib.error:
                raise Rejected(Code.URL_NOT_IMAGE) from None
            yield plain
            if len(plain) < _PIECE_BYTES:
                break
            packed = unpacker.unconsumed_tail
    if unpacker is not None and not unpacker.eof:
        raise Rejected(Code.URL_UNREACHABLE)


def _window(coding: str, start: bytes) -> int:
    """Choose zlib's form by the first bytes.

    RFC 9110, 8.4.1.2: ``deflate`` is the form with a head of two bytes, but some servers send it
    without.
    """
    if coding == "gzip":
        return 16 + zlib.MAX_WBITS
    has_head = len(start) > 1 and start[0] & 15 == 8 and int.from_bytes(start[:2]) % 31 == 0
    return zlib.MAX_WBITS if has_head else -zlib.MAX_WBITS


def too_large(max_bytes: int) -> Rejected:
    """Say that a picture has more bytes than it may have."""
    return Rejected(Code.URL_TOO_LARGE, max=f"{max_bytes / MIB:.3g}")
