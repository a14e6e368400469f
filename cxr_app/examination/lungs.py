"""Where the lungs are."""

from typing import Final

LUNGS_SIDE: Final = 128  # pixels of a side of the segmentation network's input
