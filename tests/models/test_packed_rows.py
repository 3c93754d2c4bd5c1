"""Rows of several sequences, against a separate pass over each."""

import numpy as np
import pytest
import torch

from aleator.models.packed_forward import packed_logits
from aleator.models.packed_rows import pack_rows
from tests.tiny_models import Architecture, random_prompt, tiny_model

LENGTHS = (9, 30, 4, 17, 2, 12, 30)
BEGINS = (3, 11, 1, 16, 1, 5, 29)


@pytest.mark.parametrize(
    ("architecture", "attention"),
    [("llama", "sdpa"), ("qwen3", "eager"), ("gemma3", "sdpa"), ("gpt_oss", "eager")],
)
def test_logits_are_those_of_separate_passes(architecture: Architecture, attention: str) -> None:
    """Sequences longer than the sliding window among them."""
    rng = np.random.default_rng(3)
    sequences = [random_prompt(rng, length) for length in LENGTHS]
    model = tiny_model(architecture, attention)
    packed = pack_rows(sequences, BEGINS, 0)
    expected = []
    with torch.no_grad():
        found = packed_logits(model, packed)
        for sequence, begin in zip(sequences, BEGINS, strict=True):
            logits = model(input_ids=torch.tensor([sequence[:-1]])).logits[0]
            expected.append(logits[begin - 1 :])
    assert (found - torch.cat(expected)).abs().max() <= 1e-4


def test_rows_are_as_long_as_the_longest_and_hold_several() -> None:
    packed = pack_rows([[1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]], [1, 1, 1], 0)
    assert packed.input_ids.tolist() == [[1, 2, 3, 4, 5, 6], [8, 9, 10, 12, 13, 14]]
    assert packed.position_ids.tolist() == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 0, 1, 2]]


@pytest.mark.parametrize(("sequence", "begin"), [([1], 1), ([1, 2], 0), ([1, 2], 2)])
def test_nothing_to_supervise(sequence: list[int], begin: int) -> None:
    with pytest.raises(ValueError, match="cannot be supervised"):
        pack_rows([sequence], [begin], 0)


def test_no_sequences() -> None:
    with pytest.raises(ValueError, match="at least one sequence"):
        pack_rows([], [], 0)
