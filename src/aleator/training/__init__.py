"""Calibration: recipes, the loss on supervision trees, and the trainer."""
