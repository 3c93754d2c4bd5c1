import math

import numpy as np
import pytest
import torch
from torch import nn

from aleator.models.packed_check import packed_error
from tests.tiny_models import (
    WINDOW,
    random_prompt,
    random_tree,
    tiny_gemma3_with_vision,
    tiny_model,
)


def test_a_model_that_agrees(rng: np.random.Generator) -> None:
    prompt, tree = tuple(random_prompt(rng, 2 * WINDOW)), random_tree(rng, 12)
    assert packed_error(tiny_model("gemma3"), prompt, tree) <= 2e-5


def test_a_model_with_a_vision_tower(rng: np.random.Generator) -> None:
    prompt, tree = tuple(random_prompt(rng, 2 * WINDOW)), random_tree(rng, 12)
    assert packed_error(tiny_gemma3_with_vision(), prompt, tree) <= 2e-5


def test_a_wrong_mask_shows(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Booleans for eager attention, which adds them to the scores."""
    model = tiny_model("llama")
    prompt, tree = tuple(random_prompt(rng, 8)), random_tree(rng, 12)
    monkeypatch.setattr(
        "aleator.models.attention.AttentionRules._written", lambda _, allowed: allowed[:, None]
    )
    assert packed_error(model, prompt, tree) > 0.5


def test_not_a_number_is_an_error(rng: np.random.Generator) -> None:
    model = tiny_model("llama")
    head = model.get_output_embeddings()
    assert isinstance(head, nn.Linear)
    with torch.no_grad():
        head.weight[3] = math.nan
    assert math.isnan(packed_error(model, (1, 2), random_tree(rng, 3)))
