"""From a response to a picture's bytes: counted as they come, and no web page."""

import io
import re
from typing import Final

from urllib3.response import HTTPResponse

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.signature import sniff
from cxr_app.limits import MIB

__all__ = ["check_picture", "read_body"]

_PIECE_BYTES: Final = 64 * 1024
_SNIFFED_BYTES: Final = 4096

# WHATWG MIME Sniffing, "binary data byte": what no text in an ASCII-like coding holds.
_BINARY: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_body(response: HTTPResponse, max_bytes: int) -> bytes:
    """Read a body.

    Parameters
    ----------
    response : HTTPResponse
        Whose body is not read yet.
    max_bytes : int
        Most bytes, as they come and decompressed.

    Raises
    ------
    Rejected
        `url_too_large`; `url_not_image` for a coding other than gzip or deflate, and for more
        than one; `url_unreachable` where the length is not a number.
    """
    _check_coding(response)
    too_large = Rejected(Code.URL_TOO_LARGE, max=f"{max_bytes / MIB:.3g}")
    if _declared(response) > max_bytes:
        raise too_large
    # Unlike a joined list it holds the bytes once.
    body = io.BytesIO()
    # Never `read` or `stream`: a chunk that declares -1 bytes makes them read without end.
    while piece := response.read1(_PIECE_BYTES):
        body.write(piece)
        if max(body.tell(), response.tell()) > max_bytes:
            raise too_large
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


def _declared(response: HTTPResponse) -> int:
    """Return the declared length, 0 where there is none."""
    lengths = set(response.headers.getlist("Content-Length"))
    if not lengths:
        return 0
    if len(lengths) > 1 or not re.fullmatch("[0-9]{1,18}", min(lengths)):
        raise Rejected(Code.URL_UNREACHABLE)
    return int(min(lengths))


def _check_coding(response: HTTPResponse) -> None:
    """Refuse what is not decompressed here; servers compress although they were asked not to."""
    codings = response.headers.get("Content-Encoding", "identity").strip().lower()
    transfers = response.headers.get("Transfer-Encoding", "chunked").strip().lower()
    known = ("", "identity", "gzip", "x-gzip", "deflate")
    if codings not in known or transfers not in ("", "chunked"):
        raise Rejected(Code.URL_NOT_IMAGE)
