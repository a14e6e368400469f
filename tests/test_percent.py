"""Shares as people read them."""

import pytest

from cxr_app.percent import percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.5, "50.0%"),
        (0.9994, "99.9%"),
        (0.9996, ">99.9%"),
        (0.0004, "<0.1%"),
        (0.0006, "0.1%"),
        (1.0, "100.0%"),
        (0.0, "0.0%"),
    ],
)
def test_what_is_not_certain_never_reads_as_certain(share, text):
    assert percent(share) == text
