"""Support sizes against sorting by hand."""

import math

import numpy as np
import pytest
import torch

from aleator.evaluation.support_size import HEADLINE_THRESHOLD, THRESHOLDS, support_sizes


def _by_hand(logits: list[float], threshold: float) -> int:
    """Take the likeliest token until the share is reached, in exact sums."""
    highest = max(logits)
    weights = sorted((math.exp(one - highest) for one in logits), reverse=True)
    total = math.fsum(weights)
    for size in range(1, len(weights) + 1):
        if math.fsum(weights[:size]) / total >= threshold - 1e-9:
            return size
    return len(weights)


@pytest.mark.parametrize("scale", [0.0, 0.3, 3.0, 30.0])
def test_against_sorting_by_hand(scale: float, rng: np.random.Generator) -> None:
    logits = torch.from_numpy(rng.normal(scale=scale, size=(8, 517))).float()
    found = support_sizes(logits)
    assert found.shape == (8, len(THRESHOLDS))
    for row, line in zip(found.tolist(), logits.double().tolist(), strict=True):
        assert row == [_by_hand(line, threshold) for threshold in THRESHOLDS]


def test_ten_equal_tokens() -> None:
    logits = torch.full((1, 50), -torch.inf)
    logits[0, 7:17] = 2.5
    wanted = dict(zip(THRESHOLDS, [1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10], strict=True))
    assert support_sizes(logits)[0].tolist() == list(wanted.values())
    assert wanted[HEADLINE_THRESHOLD] == 9


def test_one_certain_token_and_the_whole_vocabulary() -> None:
    logits = torch.zeros(2, 30)
    logits[0, 3] = 100.0
    assert support_sizes(logits, (0.01, 0.99, 1.0)).tolist() == [[1, 1, 1], [1, 30, 30]]


def test_sizes_grow_with_the_threshold(rng: np.random.Generator) -> None:
    found = support_sizes(torch.from_numpy(rng.normal(size=(20, 100))).float())
    assert (np.diff(found, axis=1) >= 0).all()
