"""What a probability means: at another prevalence, among test films, and under small changes."""
