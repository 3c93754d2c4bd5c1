"""The page's sections on the numeric benchmark."""
