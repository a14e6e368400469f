"""Learning: losses, optimizers, schedules, and the loop that fits a network."""
