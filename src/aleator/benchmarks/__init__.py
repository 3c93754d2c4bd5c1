"""The benchmarks: which prompts, which figures, and the files they are kept in."""
