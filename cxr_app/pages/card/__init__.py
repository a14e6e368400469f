"""Sections of a model card, each a function that draws what one `Card` holds."""
