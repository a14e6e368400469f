"""Input to raw outputs: one file for each runtime."""
