"""Calibration: temperature, operating point and indeterminate zone, from calibration films."""
