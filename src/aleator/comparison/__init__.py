"""Soft against hard targets with equal budgets: what is trained, and which is better where."""
