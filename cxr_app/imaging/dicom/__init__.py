"""DICOM files: bytes to the picture that a viewer shows, and nothing of whose picture it is."""
