"""Something to try the page with, for readers without a film at hand."""

from typing import Final

from cxr_app.imaging.drawing import draw_example

__all__ = ["ADULTS", "CREDIT", "drawing"]

_FOLDER: Final = "https://raw.githubusercontent.com/mlmed/torchxrayvision/f4087a0/tests"

# Public films of adults: good to see an address fetched, and a number that is not valid.
ADULTS: Final = (f"{_FOLDER}/00000001_000.png", f"{_FOLDER}/00027426_000.png")

CREDIT: Final = (
    "Films: NIH Clinical Center, ChestX-ray14 (Wang et al. 2017, arXiv:1705.02315), from the tests "
    "of TorchXRayVision."
)


def drawing() -> tuple[str, bytes]:
    """Draw a film that is none: its name, and a PNG."""
    return "drawing.png", draw_example()
