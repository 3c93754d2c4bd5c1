"""The page's section on where a model puts the right answers of questions it writes."""
