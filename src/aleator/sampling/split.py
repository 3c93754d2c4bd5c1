"""Splitting counts of draws among next tokens: independent draws from the softmax."""

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

IntArray = NDArray[np.int64]

_CHUNK_ELEMENTS = 2**24  # of float64 running totals at a time: 128 MiB


def split_counts(
    logits: Float[Tensor, "n V"],
    counts: IntArray,
    rng: np.random.Generator,
    temperature: float = 1.0,
) -> tuple[IntArray, IntArray, IntArray]:
    """Draw ``counts[i]`` tokens from row ``i``'s softmax, and count equal ones.

    Inverse-CDF draws, one uniform variate each in the order of the rows. Logits are divided and the
    softmax is taken in float32; it is summed in float64.

    Args:
        logits: Next-token logits.
        counts: int64 ``[n]``, at least 1 each.
        rng: Gives the variates.
        temperature: Logits are divided by it; above 0.

    Returns:
        Rows, tokens and counts of the distinct (row, token) pairs, ascending: int64 ``[m]`` each.
    """
    V = logits.shape[1]
    levels = rng.random(int(counts.sum()))
    ends = np.cumsum(counts)
    rows_at_once = max(1, _CHUNK_ELEMENTS // V)
    pairs, pair_counts = [], []
    for start in range(0, len(counts), rows_at_once):
        stop = min(start + rows_at_once, len(counts))
        begin = int(ends[start - 1]) if start else 0
        wanted = levels[begin : int(ends[stop - 1])]
        owners = np.repeat(np.arange(stop - start), counts[start:stop])
        tokens = _inverse_cdf(logits[start:stop].float() / temperature, owners, wanted)
        pair, count = np.unique((owners + start) * V + tokens, return_counts=True)
        pairs.append(pair)
        pair_counts.append(count)
    merged = np.concatenate(pairs)
    return merged // V, merged % V, np.concatenate(pair_counts).astype(np.int64)


def _inverse_cdf(
    logits: Float[Tensor, "n V"], owners: IntArray, levels: NDArray[np.float64]
) -> IntArray:
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
