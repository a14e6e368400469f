"""Explanation: where in a film the evidence for a label lies."""
