"""Bad inputs: one table of them, run through every surface."""
