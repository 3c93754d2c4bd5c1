"""Whole token sequences laid one after another into rows, for one forward pass without padding.

Each sequence attends to itself alone, causally, and its positions count from 0; so its logits are
those of a separate pass. The masks are those of the packed forward pass (`attention.py`), sliding
windows included.
"""

from collections.abc import Sequence

import numpy as np
import torch

from aleator.models.packed_forward import PackedBatch


def pack_rows(
    sequences: Sequence[Sequence[int]], begins: Sequence[int], pad_token_id: int
) -> PackedBatch:
    """Lay sequences out in rows as long as the longest of them, several to a row where they fit.

    `packed_logits` of the result has one row for each supervised token: sequence 0's tokens from
    its begin to its end, then sequence 1's, and so on. The last token of a sequence is only
    supervised, never read.

    Args:
        sequences: Token ids, at least two each.
        begins: Place of each sequence's first supervised token, at least 1.
        pad_token_id: Any token of the vocabulary; what stands in the padding is not read.

    Raises:
        ValueError: A sequence has nothing to supervise, or there is none.
    """
    for sequence, begin in zip(sequences, begins, strict=True):
        if not 1 <= begin < len(sequence):
            raise ValueError(f"{len(sequence)} tokens cannot be supervised from place {begin} on")
    if not sequences:
        raise ValueError("a batch needs at least one sequence")
    lengths = [len(sequence) - 1 for sequence in sequences]
    T = max(lengths)
    places, B = _places(lengths, T)

    input_ids = np.full((B, T), pad_token_id, dtype=np.int64)
    position_ids = np.zeros((B, T), dtype=np.int64)
    attention = np.zeros((B, T, T), dtype=bool)
    attention[:, np.arange(T), np.arange(T)] = True  # padding too, or its softmax is NaN
    rows, cols = [], []
    for sequence, begin, length, (row, start) in zip(
        sequences, begins, lengths, places, strict=True
    ):
        end = start + length
        input_ids[row, start:end] = sequence[:-1]
        position_ids[row, start:end] = np.arange(length)
        attention[row, start:end, start:end] = np.tri(length, dtype=bool)
        supervised = np.arange(start + begin - 1, end)
        rows.append(np.full(len(supervised), row))
        cols.append(supervised)
    return PackedBatch(
        input_ids=torch.from_numpy(input_ids),
        position_ids=torch.from_numpy(position_ids),
        attention=torch.from_numpy(attention),
        rows=torch.from_numpy(np.concatenate(rows)),
        cols=torch.from_numpy(np.concatenate(cols)),
    )


def _places(lengths: Sequence[int], capacity: int) -> tuple[list[tuple[int, int]], int]:
    """Row and first column of each sequence, and how many rows: first fit, longest first."""
    used: list[int] = []
    places = [(0, 0)] * len(lengths)
    for index in sorted(range(len(lengths)), key=lambda one: -lengths[one]):
        length = lengths[index]
        row = next((r for r, full in enumerate(used) if full + length <= capacity), len(used))
        if row == len(used):
            used.append(0)
        places[index] = (row, used[row])
        used[row] += length
    return places, len(used)
