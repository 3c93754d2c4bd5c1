"""Drawing answers from a model."""
