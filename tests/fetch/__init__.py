"""The one way to an address: every rule of it, without a network."""
