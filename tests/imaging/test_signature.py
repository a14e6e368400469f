"""Content decides what a file is."""

import socket

import pytest
from PIL import Image

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Format
from cxr_app.imaging.signature import sniff
from cxr_app.limits import Limits
from tests.bad.rows_of_files import SVG, good, known_not_read


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("jpeg", Format.JPEG),
        ("png", Format.PNG),
        ("webp", Format.WEBP),
        ("tiff", Format.TIFF),
        ("bmp", Format.BMP),
    ],
)
def test_five_formats_are_read(kind: str, found: Format) -> None:
    assert sniff(good(kind)) is found


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param(SVG, "SVG", id="svg behind a declaration"),
        pytest.param(b"\0\0\0\x1cftypheic" + bytes(20), "HEIC", id="brand of the container"),
        pytest.param(b"PK\x03\x04" + bytes(30), "ZIP", id="zip"),
    ],
)
def test_known_formats_that_are_not_read_are_named(data: bytes, name: str) -> None:
    with pytest.raises(Rejected) as caught:
        sniff(data)

    assert caught.value.code is Code.UNSUPPORTED_FORMAT
    assert str(caught.value).startswith(f"{name} files are not supported")


def test_no_plugin_and_no_socket_is_opened_for_what_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Image.init()
    opened: list[str] = []
    watched = {
        name: (lambda *_, name=name: opened.append(name), None)  # type: ignore[misc]
        for name in Image.OPEN
    }
    rows = list(known_not_read())  # made before the watch begins: Pillow writes some of them
    monkeypatch.setattr(Image, "OPEN", watched)
    monkeypatch.setattr(socket, "socket", lambda *_: opened.append("socket"))

    for row in rows:
        with pytest.raises(Rejected):
            decode(row.make(), Limits())

    assert opened == []


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(bytes(128) + b"DICM", Format.DICOM, id="DICM at byte 128"),
        pytest.param(good("tiff")[:128] + b"DICM", Format.DICOM, id="a preamble may be anything"),
        pytest.param(b"\0\0\0\x1cftypavif" + bytes(20), Format.AVIF, id="AVIF"),
        pytest.param(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", Format.AVIF, id="AVIF, second brand"),
        pytest.param(b"\xff\x4f\xff\x51" + bytes(20), Format.JPEG_2000, id="a bare codestream"),
    ],
)
def test_formats_are_recognised_by_content(data: bytes, found: Format) -> None:
    assert sniff(data) is found


@pytest.mark.parametrize(
    ("data", "mend"),
    [
        (b"PK\x03\x04" + bytes(30), "ZIP files are not supported. Unpack it, and choose the films"),
        (
            b"\0\0\0\x18ftypheic" + bytes(9),
            "HEIC files are not supported. Open it in the photo",
        ),
        (b"GIF89a" + bytes(30), "GIF files are not supported. Save the film as JPEG, PNG, TIFF or"),
    ],
)
def test_what_is_not_read_comes_with_what_to_do(data: bytes, mend: str) -> None:
    with pytest.raises(Rejected) as caught:
        sniff(data)

    assert str(caught.value).startswith(mend)


def test_two_letters_do_not_make_a_bmp() -> None:
    with pytest.raises(Rejected) as caught:
        sniff(b"BMW is the name of a car, not of a film")

    assert caught.value.code is Code.NOT_AN_IMAGE
