"""How far a model still is from its target: exactly where that can be had, and from draws."""
