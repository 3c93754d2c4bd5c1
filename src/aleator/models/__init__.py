"""Language models: load them, adapt them, and ask them about a whole tree of answers at once."""
