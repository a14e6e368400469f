"""Fitting what knows chest films from other pictures: the gate and orientation."""
