"""A tiny model in a directory, and recipes of a few steps."""

from pathlib import Path

import pytest

from aleator.files import JsonValue, write_yaml
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.training.collator import BatchMaker
from aleator.training.run import TrainRequest
from tests.tiny_models import tiny_model, tiny_tokenizer


@pytest.fixture(scope="session")
def tiny_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen3 of a few thousand weights, as `save_pretrained` writes it."""
    folder = tmp_path_factory.mktemp("tiny-model")
    tiny_model("qwen3", "sdpa").save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def maker() -> BatchMaker:
    """Writes visits as the tiny tokenizer's tokens."""
    prompt_format = ChatFormat(tiny_tokenizer("chatml"))
    return BatchMaker(prompt_format, Speller(prompt_format))


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    """A recipe of six updates over two epochs of the nine Maxwell prompts, in two passes each."""
    values: dict[str, JsonValue] = {
        "method": "soft",
        "data": {"source": "published", "split": "held_out_families", "families": ["maxwell"]},
        "supervision": {"kind": "paths", "paths": 2},
        "epochs": 2,
        "batch_size": 4,
        "gradient_accumulation": 2,
        "lora": {"rank": 4, "dropout": 0.2},
        "optimiser": {"learning_rate": 0.01},
        "validation": None,
        "log_every": 1,
        "checkpoint_every": 1,
    }
    path = tmp_path / "recipe.yaml"
    write_yaml(path, values)
    return path


@pytest.fixture
def request_(tiny_directory: Path, recipe_file: Path, tmp_path: Path) -> TrainRequest:
    """A run of that recipe on that model."""
    return TrainRequest(str(tiny_directory), "soft", tmp_path / "run", str(recipe_file))
