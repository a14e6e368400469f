"""Recipes: the TOML files, their schema, and what a search may vary."""
