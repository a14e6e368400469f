"""What was measured of a bundle, read from the files beside it and never recomputed from films."""
