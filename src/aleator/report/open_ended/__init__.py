"""The page's section on open-ended random generation."""
