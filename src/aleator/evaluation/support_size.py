"""How many first tokens a model takes into account: the support size of its first step.

Paper: arXiv 2605.11845, open-ended random generation: so many next tokens, largest first, are
needed to reach a share of the probability. It counts tokens, not answers: a token may begin many
answers, and one answer may begin with different tokens.
"""

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Shares of the probability at which the support size is reported."""

HEADLINE_THRESHOLD = 0.9
"""The published one."""

_ROUNDING = 1e-9  # ten tokens of 0.1 each reach 0.9 with nine, whatever their sum is in floats


def support_sizes(
    logits: Float[Tensor, "n V"], thresholds: tuple[float, ...] = THRESHOLDS
) -> Int64[np.ndarray, "n thresholds"]:
    """The fewest next tokens that hold each share of the probability.

    Args:
        logits: Next-token logits, float32.
        thresholds: Shares between 0 and 1.
    """
    probabilities = torch.softmax(logits.cpu().double(), dim=-1)
    reached = probabilities.sort(dim=-1, descending=True).values.cumsum(dim=-1)
    wanted = torch.tensor(thresholds, dtype=torch.float64) - _ROUNDING
    below = torch.searchsorted(reached, wanted.repeat(len(reached), 1))
    return (below + 1).clamp(max=logits.shape[-1]).numpy()
