"""The page's section on what calibration cost: knowledge and perplexity against base."""
