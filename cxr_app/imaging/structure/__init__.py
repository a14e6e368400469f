"""What a file declares and whether it is whole: one module a format, all before any decoding."""
