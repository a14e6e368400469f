"""Export: from a trained network to a proven bundle."""
