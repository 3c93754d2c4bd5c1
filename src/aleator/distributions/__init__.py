"""What to sample: the thirty families, their members, and the published splits."""
