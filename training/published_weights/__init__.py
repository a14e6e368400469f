"""ImageNet weights that others published: pinned packages, read without trust, in Keras' layout."""
