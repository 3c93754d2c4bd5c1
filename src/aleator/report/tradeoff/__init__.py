"""The page's section on the trade-off: calibration against retention, by adapter scale."""
