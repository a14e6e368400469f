"""The one safe way to a picture at an address that a user typed."""
