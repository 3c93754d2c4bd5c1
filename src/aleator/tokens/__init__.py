"""How a model writes outcomes: chat prompts, prefix tries and supervision trees."""
