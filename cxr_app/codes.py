"""Every code the program answers with, and its one sentence.

A code is stable for ever once released; its sentence may be improved. No shell words its own.
The order of rejections is the order of the stages at which they are decided (the first failing
stage decides); the order of warnings is the order in which a record lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["ANSWERS", "Answer", "Code", "Kind"]


class Kind(StrEnum):
    """What a code means for the run."""

    REJECTION = "rejection"  # this source has no answer; the run goes on
    WARNING = "warning"  # there is an answer, with a caveat
    STOP = "stop"  # the program cannot run or finish; exit status 2
    FIELD = "field"  # a sentence beside a field of the page; nothing on the form is lost


class Code(StrEnum):
    """Names of all answers, in the order in which stages decide and records list them."""

    NOT_FOUND = "not_found"
    NO_ACCESS = "no_access"
    CANCELLED = "cancelled"
    URL_SCHEME = "url_scheme"
    URL_INVALID = "url_invalid"
    URL_PRIVATE_ADDRESS = "url_private_address"
    URL_UNREACHABLE = "url_unreachable"
    URL_TLS = "url_tls"
    URL_REDIRECTS = "url_redirects"
    URL_STATUS = "url_status"
    URL_TIMEOUT = "url_timeout"
    URL_TOO_LARGE = "url_too_large"
    EMPTY = "empty"
    TOO_LARGE_BYTES = "too_large_bytes"
    URL_NOT_IMAGE = "url_not_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    NOT_AN_IMAGE = "not_an_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    MULTI_FRAME = "multi_frame"
    TOO_LARGE_UNPACKED = "too_large_unpacked"
    BAD_PIXEL_VALUES = "bad_pixel_values"
    NOT_A_CHEST_FILM = "not_a_chest_film"
    ENGINE_FAILED = "engine_failed"

    OUTSIDE_POPULATION = "outside_population"
    LOW_CONTRAST = "low_contrast"
    UPSCALED = "upscaled"
    COLOUR_IMAGE = "colour_image"
    TRANSPARENCY_FLATTENED = "transparency_flattened"
    SEVERAL_PICTURES = "several_pictures"
    POSSIBLY_DAMAGED = "possibly_damaged"
    NEAR_THRESHOLD = "near_threshold"

    NAME_INVALID = "name_invalid"
    NO_SOURCE = "no_source"
    NOTICE_NOT_ACCEPTED = "notice_not_accepted"
    TOO_MANY_ITEMS = "too_many_items"
    SESSION_FULL = "session_full"

    BUSY = "busy"

    MODEL_MISSING = "model_missing"
    MODEL_CHANGED = "model_changed"
    MODEL_INVALID = "model_invalid"
    MODEL_VERSION = "model_version"
    MODEL_UNSAFE = "model_unsafe"
    ENGINE_MISSING = "engine_missing"
    USAGE = "usage"
    OUTPUT_FAILED = "output_failed"
    BIND_REFUSED = "bind_refused"
    RECIPE_INVALID = "recipe_invalid"
    DATA_INVALID = "data_invalid"
    DATA_LEAK = "data_leak"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a code says.

    Attributes
    ----------
    kind : Kind
        What it means for the run.
    message : str
        One sentence: what is wrong (with figures), then what to do. ``{name}`` are the figures
        that `cxr_app.errors.CxrError` carries.
    """

    kind: Kind
    message: str


def _rejection(message: str) -> Answer:
    return Answer(Kind.REJECTION, message)


def _warning(message: str) -> Answer:
    return Answer(Kind.WARNING, message)


def _stop(message: str) -> Answer:
    return Answer(Kind.STOP, message)


def _field(message: str) -> Answer:
    return Answer(Kind.FIELD, message)


ANSWERS: Final[Mapping[Code, Answer]] = MappingProxyType(
    {
        Code.NOT_FOUND: _rejection("There is no file at this place; check the spelling."),
        Code.NO_ACCESS: _rejection(
            "The file cannot be read; check its permissions or copy it to this machine."
        ),
        Code.CANCELLED: _rejection(
            "Not classified because the run was stopped; start it again to classify this film."
        ),
        Code.URL_SCHEME: _rejection(
            "Only addresses that begin with http:// or https:// can be fetched; save the picture "
            "and upload it."
        ),
        Code.URL_INVALID: _rejection(
            "This address cannot be used ({reason}); paste the plain address of the picture."
        ),
        Code.URL_PRIVATE_ADDRESS: _rejection(
            "This address leads into a private network and is not fetched; save the picture and "
            "upload it."
        ),
        Code.URL_UNREACHABLE: _rejection(
            "The server cannot be reached or broke off; try again, or upload the picture."
        ),
        Code.URL_TLS: _rejection(
            "The server's certificate is not valid, so nothing was fetched; upload the picture "
            "instead."
        ),
        Code.URL_REDIRECTS: _rejection(
            "The address forwards too often; paste the final address of the picture."
        ),
        Code.URL_STATUS: _rejection(
            "The server answered {status}; check that the picture is public."
        ),
        Code.URL_TIMEOUT: _rejection(
            "The server was too slow ({seconds} s); try again, or upload the picture."
        ),
        Code.URL_TOO_LARGE: _rejection(
            "The picture at this address is larger than {max} MB; use a smaller one."
        ),
        Code.EMPTY: _rejection("The file is empty; export it again."),
        Code.TOO_LARGE_BYTES: _rejection("The file is larger than {max} MB; export it smaller."),
        Code.URL_NOT_IMAGE: _rejection(
            "This address shows a web page, not a picture; open the picture itself and copy its "
            "address."
        ),
        Code.UNSUPPORTED_FORMAT: _rejection(
            "{format} files are not read; save the film as JPEG, PNG or TIFF."
        ),
        Code.NOT_AN_IMAGE: _rejection("This file is not a picture; choose the film itself."),
        Code.TOO_MANY_PIXELS: _rejection(
            "The picture is {w} x {h} pixels, more than {max}; export it smaller."
        ),
        Code.TOO_SMALL: _rejection(
            "The picture is {w} x {h} pixels; at least {min} on each side are needed."
        ),
        Code.TRUNCATED: _rejection(
            "The file ends too early, perhaps a broken copy; copy or download it again."
        ),
        Code.CORRUPT: _rejection("The file is damaged and cannot be opened; export it again."),
        Code.MULTI_FRAME: _rejection(
            "The file holds {n} pictures; save the one film you want as its own file."
        ),
        Code.TOO_LARGE_UNPACKED: _rejection(
            "The file unpacks to far more data than a film holds; export it again."
        ),
        Code.BAD_PIXEL_VALUES: _rejection(
            "The film holds values that are not numbers; export it again."
        ),
        Code.NOT_A_CHEST_FILM: _rejection(
            "This does not look like a front chest X-ray ({reason}), so no result is given."
        ),
        Code.ENGINE_FAILED: _rejection(
            "The model could not judge this film; the others are not affected, incident {id}."
        ),
        Code.OUTSIDE_POPULATION: _warning(
            "Made for children of 1-5 years; the score is not valid for this film."
        ),
        Code.LOW_CONTRAST: _warning("The film is very flat; the number is less certain."),
        Code.UPSCALED: _warning("The film is small and was enlarged."),
        Code.COLOUR_IMAGE: _warning(
            "The picture has colour, perhaps a photograph of a film; it was turned grey."
        ),
        Code.TRANSPARENCY_FLATTENED: _warning("See-through parts were filled with black."),
        Code.SEVERAL_PICTURES: _warning("Only the main picture was read."),
        Code.POSSIBLY_DAMAGED: _warning(
            "The file seems damaged; compare the picture with the original."
        ),
        Code.NEAR_THRESHOLD: _warning("Too close to call."),
        Code.NAME_INVALID: _field("Enter the patient's name: {reason}."),
        Code.NO_SOURCE: _field("Add at least one film."),
        Code.NOTICE_NOT_ACCEPTED: _field("Confirm that you have read the notice."),
        Code.TOO_MANY_ITEMS: _field("At most {max} fit here; remove some, or start a new session."),
        Code.SESSION_FULL: _field(
            "The films of this page take {max} MB, which is all it may hold; delete a session or "
            "remove films."
        ),
        Code.BUSY: _stop("Other readers are being served; place {place} in the queue."),
        Code.MODEL_MISSING: _stop(
            "No model was found ({place}); train one, or set CXR_MODEL to a folder that holds one."
        ),
        Code.MODEL_CHANGED: _stop(
            "The model's file {file} is not the one that was released; copy the model's "
            "folder again."
        ),
        Code.MODEL_INVALID: _stop(
            "The model cannot be used: {reason}; copy its folder again or export it anew."
        ),
        Code.MODEL_VERSION: _stop(
            "The model has format {found}, this program reads {known}; update the program or "
            "export the model anew."
        ),
        Code.MODEL_UNSAFE: _stop(
            "The model holds something that could run code ({file}) and was not opened; use "
            "a model you exported yourself."
        ),
        Code.ENGINE_MISSING: _stop(
            "The engine '{engine}' is not installed; install {package}, or set CXR_ENGINE to "
            "{other}."
        ),
        Code.USAGE: _stop("{reason}."),
        Code.OUTPUT_FAILED: _stop("The output cannot be written ({reason}); choose another file."),
        Code.BIND_REFUSED: _stop(
            "The page listens beyond this computer, and there is no sign-in; start it with "
            "--server.address 127.0.0.1, or set CXR_OPEN_TO_NETWORK=1 if that is meant."
        ),
        Code.RECIPE_INVALID: _stop("Recipe {file}: {reason}."),
        Code.DATA_INVALID: _stop("Data {place}: {reason}."),
        Code.DATA_LEAK: _stop(
            "Data {place}: {reason}, so what is measured there would be known already; mend the "
            "lists, or leave these films out."
        ),
        Code.INTERNAL_ERROR: _stop(
            "Something went wrong inside the program, incident {id}; this is a bug, please "
            "report it."
        ),
    }
)
