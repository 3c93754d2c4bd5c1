"""Which strings a model should write, and with what probability (no torch)."""
