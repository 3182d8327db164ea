"""Measurements by hand, as ratios in one run; nothing here asserts a time."""
