"""The page's section on closed sets: questions whose right distribution is known."""
