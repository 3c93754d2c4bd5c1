"""aleator: teach a language model to sample from the distribution it is asked for."""

__version__ = "0.1.0"
