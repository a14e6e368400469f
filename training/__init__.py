"""What makes bundles: films, split, prepare, fit, calibrate, export; driven by a recipe."""
