"""Splitting draws among next tokens by their variates: independent draws from the softmax."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_CHUNK_ELEMENTS = 2**24  # of float64 running totals at a time: 128 MiB


@dataclass(frozen=True)
class Split:
    """Where draws went: distinct (row, token) pairs, ascending.

    Attributes:
        rows: int64 ``[m]``.
        tokens: int64 ``[m]``.
        draws: The numbers of the draws that took each, ascending.
    """

    rows: IntArray
    tokens: IntArray
    draws: list[IntArray]


def split_draws(
    logits: Float[Tensor, "n V"],
    draws: Sequence[IntArray],
    levels: FloatArray,
    temperature: float = 1.0,
) -> Split:
    """Part the draws that stand at each row among next tokens.

    Args:
        logits: Next-token logits.
        draws: Numbers of the draws that stand at each row, at least one, ascending.
        levels: Of all these draws, row after row, in [0, 1).
        temperature: Logits are divided by it; above 0.
    """
    V = logits.shape[1]
    standing = np.repeat(np.arange(len(draws)), [len(row) for row in draws])
    tokens = next_tokens(logits, standing, levels, temperature)
    pairs = standing * V + tokens
    order = np.argsort(pairs, kind="stable")
    distinct, begins = np.unique(pairs[order], return_index=True)
    parts = np.split(np.concatenate(draws)[order], begins[1:])
    return Split(distinct // V, distinct % V, parts)


def next_tokens(
    logits: Float[Tensor, "n V"], rows: IntArray, levels: FloatArray, temperature: float = 1.0
) -> IntArray:
    """Give each draw the token at which its row's running total passes its level.

    Logits are divided and the softmax is taken in float32; it is summed in float64.

    Args:
        logits: Next-token logits.
        rows: Where each draw stands, ascending.
        levels: Of each draw, in [0, 1).
        temperature: Logits are divided by it; above 0.
    """
    n, V = logits.shape
    rows_at_once = max(1, _CHUNK_ELEMENTS // V)
    tokens = np.empty(len(levels), dtype=np.int64)
    for start in range(0, n, rows_at_once):
        stop = min(start + rows_at_once, n)
        here = slice(*np.searchsorted(rows, (start, stop)).tolist())
        heated = logits[start:stop].float() / temperature
        tokens[here] = _inverse_cdf(heated, rows[here] - start, levels[here])
    return tokens


def _inverse_cdf(logits: Float[Tensor, "n V"], owners: IntArray, levels: FloatArray) -> IntArray:
    """The token at which row ``owners[i]``'s running total passes ``levels[i]``."""
    totals = torch.softmax(logits, dim=-1).double().cumsum(dim=-1)
    totals /= totals[:, -1:].clone()
    # One ascending line of all rows, row i between i and i + 1: a single search serves them all.
    totals += torch.arange(len(totals), dtype=totals.dtype, device=totals.device)[:, None]
    points = torch.from_numpy(levels + owners).to(totals.device)
    found = torch.searchsorted(totals.flatten(), points, right=True).cpu().numpy()
    V = logits.shape[1]
    # A sum of row and level may round up to the row's end.
    return np.minimum(found - owners * V, V - 1)
