"""Ways to ask the reader of a film that was made to order."""

import numpy as np
import pytest

from cxr_app.errors import Rejected
from cxr_app.imaging.dicom.reader import read_dicom
from cxr_app.limits import Limits
from tests.imaging.dicom.makers import SMALL, dcm

LIMITS = Limits()


def read(*pixels, **values):
    return read_dicom(dcm(*pixels, **values), LIMITS)


def rejection(*pixels, **values):
    with pytest.raises(Rejected) as error:
        read(*pixels, **values)
    assert str(error.value)
    return error.value


def row(values, dtype=np.uint16):
    """A film whose first pixels are these; the last of them fills the rest."""
    flat = np.full(SMALL * SMALL, values[-1], dtype)
    flat[: len(values)] = values
    return flat.reshape(SMALL, SMALL)


def shown(values, dtype=np.uint16, **others):
    film = read(row(values, dtype), **others)
    return film.display.reshape(-1)[: len(values)].tolist()


def code_of(data, limits=LIMITS):
    """Code of a rejection; none is a failure."""
    with pytest.raises(Rejected) as error:
        read_dicom(data, limits)
    assert str(error.value)  # its figures fill its sentence
    return error.value.code
