"""Bytes to film, film to input: everything that touches pixels before the network."""
