"""The last step of the build: measure the model and write its card beside it."""

from pathlib import Path

import torch

from aleator.files import JsonValue, write_json, write_text
from aleator.models.loading import load_model
from aleator.sandbox.card import model_card
from aleator.sandbox.categories import CATEGORIES
from aleator.sandbox.measures import (
    NUMERIC_DRAWS,
    NUMERIC_LIMIT,
    as_json,
    measure_chat,
    measure_numbers,
)
from aleator.sandbox.numeric_text import DECIMALS


def finish_model(folder: Path, work: Path, *, seed: int) -> dict[str, JsonValue]:
    """Measure the model in `folder` and write `figures.json` and the card (README.md) there.

    Args:
        folder: A model folder, as `build_model` saves it.
        work: Where rows of the measurements are kept.
        seed: Of the build, and of all draws.

    Returns:
        The figures.
    """
    loaded = load_model(str(folder))
    model, tokenizer = loaded.model, loaded.tokenizer
    with torch.no_grad():
        numbers = measure_numbers(model, tokenizer, work, seed=seed)
        chat = as_json(measure_chat(model, tokenizer, seed=seed))
    facts = {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabulary": len(tokenizer),
        "seed": seed,
        "decimals": DECIMALS,
        "prompts": NUMERIC_LIMIT,
        "draws": NUMERIC_DRAWS,
        "categories": len(CATEGORIES),
    }
    figures: dict[str, JsonValue] = {"facts": dict(facts), "numbers": numbers, "chat": chat}
    write_json(folder / "figures.json", figures)
    write_text(folder / "README.md", model_card(facts, numbers, chat))
    return figures
