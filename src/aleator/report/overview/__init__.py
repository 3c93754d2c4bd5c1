"""Several models on one page: the headline figure of each benchmark, model by model."""
