"""Every code the program answers with, and its one sentence.

Once released, a code never changes; its sentence may be improved. No shell has wording of its own.
The order of rejections is the order of the stages at which they are decided (the first failing
stage decides); the order of warnings is the order in which a record lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["ANSWERS", "Answer", "Code", "Kind", "in_order"]


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
    DICOM_WRONG_MODALITY = "dicom_wrong_modality"
    DICOM_WRONG_BODY_PART = "dicom_wrong_body_part"
    DICOM_NO_PIXELS = "dicom_no_pixels"
    DICOM_UNSUPPORTED_SYNTAX = "dicom_unsupported_syntax"
    DICOM_COLOUR = "dicom_colour"
    DICOM_BAD_HEADER = "dicom_bad_header"
    MULTI_FRAME = "multi_frame"
    TOO_LARGE_UNPACKED = "too_large_unpacked"
    DECODE_TIMEOUT = "decode_timeout"
    WORKER_DIED = "worker_died"
    BAD_PIXEL_VALUES = "bad_pixel_values"
    NOT_A_CHEST_FILM = "not_a_chest_film"
    GATE_FAILED = "gate_failed"
    ENGINE_FAILED = "engine_failed"

    OUTSIDE_POPULATION = "outside_population"
    LATERAL_VIEW = "lateral_view"
    ROTATED = "rotated"
    APPEARS_INVERTED = "appears_inverted"
    HEAVILY_CROPPED = "heavily_cropped"
    LUNGS_NOT_FOUND = "lungs_not_found"
    LOW_CONTRAST = "low_contrast"
    UPSCALED = "upscaled"
    COLOUR_IMAGE = "colour_image"
    TRANSPARENCY_FLATTENED = "transparency_flattened"
    SEVERAL_PICTURES = "several_pictures"
    POSSIBLY_DAMAGED = "possibly_damaged"
    DISPLAY_VALUES_REPAIRED = "display_values_repaired"
    FOR_PROCESSING = "for_processing"
    ANNOTATIONS_BURNED_IN = "annotations_burned_in"
    NEAR_THRESHOLD = "near_threshold"
    DUPLICATE = "duplicate"

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
    PORT_TAKEN = "port_taken"
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
        Code.NOT_FOUND: _rejection(
            "No file was found at this path. Check the spelling, or put https:// before a web "
            "address."
        ),
        Code.NO_ACCESS: _rejection(
            "The file could not be read. Check its permissions, or copy it to this computer."
        ),
        Code.CANCELLED: _rejection(
            "Not classified: the run was stopped. Start it again to classify this film."
        ),
        Code.URL_SCHEME: _rejection(
            "This address cannot be fetched: {reason}. Paste the full address of the image, or "
            "save the image and open the file instead."
        ),
        Code.URL_INVALID: _rejection(
            "This address cannot be used: {reason}. Paste the direct address of the image."
        ),
        Code.URL_PRIVATE_ADDRESS: _rejection(
            "This address points to a private network, so it was not fetched. Save the image "
            "and open the file instead."
        ),
        Code.URL_UNREACHABLE: _rejection(
            "The server could not be reached, or it closed the connection. Try again, or upload "
            "the image."
        ),
        Code.URL_TLS: _rejection(
            "The server's certificate is not valid, so nothing was fetched. Upload the image "
            "instead."
        ),
        Code.URL_REDIRECTS: _rejection(
            "The address redirects too many times. Paste the final address of the image."
        ),
        Code.URL_STATUS: _rejection(
            "The server answered with status {status}. Check that the image is publicly available."
        ),
        Code.URL_TIMEOUT: _rejection(
            "The server took too long ({seconds} s). Try again, or upload the image."
        ),
        Code.URL_TOO_LARGE: _rejection(
            "The image at this address is larger than {max} MB. Use a smaller one."
        ),
        Code.EMPTY: _rejection("The file is empty. Export it again."),
        Code.TOO_LARGE_BYTES: _rejection(
            "The file is larger than {max} MB. Export a smaller version."
        ),
        Code.URL_NOT_IMAGE: _rejection(
            "This address leads to a web page, not to an image. Open the image itself and copy "
            "its address."
        ),
        Code.UNSUPPORTED_FORMAT: _rejection("{format} files are not supported. {mend}."),
        Code.NOT_AN_IMAGE: _rejection("This file is not an image. Choose the film itself."),
        Code.TOO_MANY_PIXELS: _rejection(
            "The image measures {w} x {h} pixels, more than the limit of {max}. Export a smaller "
            "version."
        ),
        Code.TOO_SMALL: _rejection(
            "The image measures {w} x {h} pixels. Each side must be at least {min}."
        ),
        Code.TRUNCATED: _rejection("The file is incomplete. Copy or download it again."),
        Code.CORRUPT: _rejection("The file is damaged and cannot be opened. Export it again."),
        Code.DICOM_WRONG_MODALITY: _rejection(
            "This DICOM file is {modality}, not a plain radiograph (CR, DX or RG). Choose the "
            "chest film itself."
        ),
        Code.DICOM_WRONG_BODY_PART: _rejection(
            "According to its DICOM header, this film shows {part}, not the chest. Choose the "
            "chest film."
        ),
        Code.DICOM_NO_PIXELS: _rejection(
            "This DICOM file contains no image. Choose the film itself."
        ),
        Code.DICOM_UNSUPPORTED_SYNTAX: _rejection(
            "This DICOM file is compressed in a way that is not supported ({name}). Export it "
            "uncompressed."
        ),
        Code.DICOM_COLOUR: _rejection(
            "This DICOM image is in colour, but a chest radiograph is greyscale. Choose the film "
            "itself."
        ),
        Code.DICOM_BAD_HEADER: _rejection(
            "The DICOM header contradicts the image. Export the film again."
        ),
        Code.MULTI_FRAME: _rejection(
            "The file contains {n} images. Save the film you want as a separate file."
        ),
        Code.TOO_LARGE_UNPACKED: _rejection(
            "The file expands to far more data than a film contains. Export it again."
        ),
        Code.DECODE_TIMEOUT: _rejection(
            "Opening this file took longer than {seconds} s. Export it in a simpler form."
        ),
        Code.WORKER_DIED: _rejection(
            "The program could not open this file. Try it once more; if that fails, export the "
            "film again."
        ),
        Code.BAD_PIXEL_VALUES: _rejection(
            "The film contains pixel values that are not numbers. Export it again."
        ),
        Code.NOT_A_CHEST_FILM: _rejection(
            "This does not look like a frontal chest radiograph ({reason}), so no result is given."
        ),
        Code.GATE_FAILED: _rejection(
            "The program could not check whether this is a chest radiograph, so no result is "
            "given. Other films are not affected. Incident {id}."
        ),
        Code.ENGINE_FAILED: _rejection(
            "The model could not process this film. Other films are not affected. Incident {id}."
        ),
        Code.OUTSIDE_POPULATION: _warning(
            "The model was made for children aged 1 to 5 years. Its result is not valid for this "
            "film."
        ),
        Code.LATERAL_VIEW: _warning(
            "This looks like a lateral view. The model was made for frontal films only."
        ),
        Code.ROTATED: _warning(
            "The film seems to be turned. Turn it upright and classify it again."
        ),
        Code.APPEARS_INVERTED: _warning(
            "The film seems to be a negative, with dark bones. Invert it and classify it again."
        ),
        Code.HEAVILY_CROPPED: _warning(
            "Part of the chest seems to be cut off, or the chest is small in the picture."
        ),
        Code.LUNGS_NOT_FOUND: _warning(
            "The lungs were not found in this film, so the model looked at the whole picture."
        ),
        Code.LOW_CONTRAST: _warning(
            "The film has very little contrast, so the result is less reliable."
        ),
        Code.UPSCALED: _warning("The film is small and was enlarged, so fine detail is missing."),
        Code.COLOUR_IMAGE: _warning(
            "The image is in colour, perhaps a photograph of a film. It was converted to greyscale."
        ),
        Code.TRANSPARENCY_FLATTENED: _warning("Transparent areas were filled with black."),
        Code.SEVERAL_PICTURES: _warning(
            "The file contains more than one image. Only the main one was read."
        ),
        Code.POSSIBLY_DAMAGED: _warning(
            "The file may be damaged. Compare the film with the original."
        ),
        Code.DISPLAY_VALUES_REPAIRED: _warning(
            "Some display settings in the file were unusable and were left out."
        ),
        Code.FOR_PROCESSING: _warning(
            "This is raw detector data. Its grey levels may differ from those of a film prepared "
            "for viewing."
        ),
        Code.ANNOTATIONS_BURNED_IN: _warning(
            "Text is part of the image and may identify the patient. Do not share it unchecked."
        ),
        Code.NEAR_THRESHOLD: _warning(
            "Indeterminate: the result is too close to the operating point."
        ),
        Code.DUPLICATE: _warning(
            "The same file was given before in this session. It is listed twice."
        ),
        Code.NAME_INVALID: _field("Enter the patient's name: {reason}."),
        Code.NO_SOURCE: _field("Add at least one film."),
        Code.NOTICE_NOT_ACCEPTED: _field("Confirm that you have read the notice."),
        Code.TOO_MANY_ITEMS: _field("The limit is {max}. Remove some, or start a new session."),
        Code.SESSION_FULL: _field(
            "The films on this page take up all {max} MB. Delete a session or remove some films."
        ),
        Code.BUSY: _stop("Other users are being served. Your place in the queue: {place}."),
        Code.MODEL_MISSING: _stop(
            "No model was found ({place}). Train one, or set CXR_MODEL to a folder that contains "
            "one."
        ),
        Code.MODEL_CHANGED: _stop(
            "The model's file {file} is missing or differs from the released one. Copy the "
            "model's folder again."
        ),
        Code.MODEL_INVALID: _stop(
            "The model cannot be used: {reason}. Copy its folder again, or export it again."
        ),
        Code.MODEL_VERSION: _stop(
            "The model has format {found}, but this program reads format {known}. Update the "
            "program, or export the model again."
        ),
        Code.MODEL_UNSAFE: _stop(
            "The model contains something that could run code ({file}), so it was not opened. "
            "Use a model that you exported yourself."
        ),
        Code.ENGINE_MISSING: _stop(
            "The engine '{engine}' is not installed. Install {package}, or set CXR_ENGINE to "
            "{other}."
        ),
        Code.USAGE: _stop("{reason}."),
        Code.OUTPUT_FAILED: _stop(
            "The output could not be written ({reason}). Choose another file."
        ),
        Code.BIND_REFUSED: _stop(
            "The page would be open to other computers, and it has no sign-in. Use the address "
            "127.0.0.1, or set CXR_OPEN_TO_NETWORK=1 if you want that."
        ),
        Code.PORT_TAKEN: _stop(
            "Port {port} is in use. Stop the other program, or choose another port, such as "
            "{other}."
        ),
        Code.INTERNAL_ERROR: _stop(
            "Something went wrong inside the program. This is a bug; please report it with "
            "incident {id}."
        ),
    }
)


def in_order(*codes: Code) -> tuple[Code, ...]:
    """Sort codes as records list them, each once."""
    return tuple(code for code in Code if code in codes)
