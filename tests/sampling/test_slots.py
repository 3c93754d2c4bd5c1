"""Rows whose keys and values lie in place, against plain passes over their tokens."""

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel

from aleator.sampling.slots import Path, Slots
from tests.tiny_models import ARCHITECTURES, Architecture, random_prompt, tiny_model

RNG = np.random.default_rng(7)
PROMPTS: list[Path] = [tuple(random_prompt(RNG, length)) for length in (9, 3, 6)]
OWNERS = np.array([0, 2, 1, 2])
KINDS = [*((one, "eager") for one in ARCHITECTURES), ("llama", "sdpa"), ("gemma3", "sdpa")]
PATHS: list[Path] = [(5,), (6, 7, 8, 9), (10, 11), (12, 13)]


def _error(model: PreTrainedModel, slots: Slots, rows: list[Path]) -> float:
    """Largest difference from the logits of a pass for each row by itself."""
    with torch.no_grad():
        plain = [model(input_ids=torch.tensor([row])).logits[0, -1] for row in rows]
    return float((slots.logits - torch.stack(plain)).abs().max())


@pytest.mark.parametrize(("architecture", "attention"), KINDS)
def test_rows_that_move_split_and_end_are_as_plain_passes(
    architecture: Architecture, attention: str
) -> None:
    """Windows of 5 positions are shorter than prompts and than what is written."""
    model = tiny_model(architecture, attention)
    slots = Slots(model, PROMPTS, OWNERS, PATHS, size=6, room=9)
    rows = [PROMPTS[owner] + path for owner, path in zip(OWNERS, PATHS, strict=True)]
    assert _error(model, slots, rows) <= 1e-4
    copies = [
        ([], []),  # all go on
        ([4, 5], [1, 1]),  # row 1 splits in three
        ([0], [5]),  # row 0 has ended, the last takes its place
        ([], []),  # and the two last have ended
        ([1], [2]),
        *([([], [])] * 4),
    ]
    counts = [4, 6, 5, 3, 2, 2, 2, 1, 1]
    for (taken, sources), n in zip(copies, counts, strict=True):
        rows = rows + [()] * (n - len(rows))
        rows = [rows[sources[taken.index(i)]] if i in taken else rows[i] for i in range(n)]
        tokens = RNG.integers(400, size=n)
        slots.advance(np.array(taken, dtype=np.int64), np.array(sources, dtype=np.int64), tokens)
        rows = [(*row, int(token)) for row, token in zip(rows, tokens, strict=True)]
        assert slots.logits.shape == (n, 400)
        assert _error(model, slots, rows) <= 1e-4


def test_room_for_nothing_is_room_for_the_paths() -> None:
    model = tiny_model("qwen3", "sdpa")
    slots = Slots(model, PROMPTS[:1], np.array([0]), PATHS[1:2], size=1, room=0)
    assert _error(model, slots, [PROMPTS[0] + PATHS[1]]) <= 1e-4
