"""Draws that go on as ordinary rows with a key-value cache, one for each distinct prefix.

For long answers, whose prefixes have stopped being shared. Rows of several prompts go together,
padded on the left. A row with several draws splits where they part, and takes its cache along.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import DynamicCache

from aleator.models.attention import language_model
from aleator.models.output_head import float32_logits_at
from aleator.sampling.split import split_draws

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Path = tuple[int, ...]

Levels = Callable[[int, int], FloatArray]
"""By owner and step: a variate for each of the owner's draws."""


@dataclass(frozen=True)
class Row:
    """A prefix at which draws stand.

    Attributes:
        owner: Whose draws.
        prompt: The prompt's tokens.
        path: Those of the answer so far.
        draws: The draws' numbers, ascending.
    """

    owner: int
    prompt: Path
    path: Path
    draws: IntArray


@dataclass(frozen=True)
class RowsResult:
    """What became of draws.

    Attributes:
        finished: How many draws of an owner ended with a path, and whether they were cut off.
        forwarded: Tokens of an owner's answers that went through the model, those of the prefixes
            again.
    """

    finished: Counter[tuple[int, Path, bool]]
    forwarded: Counter[int]


def continue_as_rows(
    model: nn.Module,
    rows: Sequence[Row],
    stop: int,
    max_new_tokens: int,
    levels: Levels,
    *,
    temperature: float = 1.0,
    draws_at_once: int = 64,
) -> RowsResult:
    """Draw what follows some prefixes of answers.

    Args:
        model: In evaluation mode.
        rows: The prefixes; none has ended.
        stop: The stop token.
        max_new_tokens: Most tokens of an answer, those of its prefix included.
        levels: Decide the draws.
        temperature: Logits are divided by it.
        draws_at_once: Most draws, and so rows, computed together; bounds the cache's memory.
    """
    result = RowsResult(Counter(), Counter())
    for chunk in _chunks(rows, draws_at_once):
        cached = _CachedRows(model, chunk)
        for row in chunk:
            result.forwarded[row.owner] += len(row.path)
        while chunk:
            variates = [levels(row.owner, len(row.path))[row.draws] for row in chunk]
            split = split_draws(
                cached.logits, [row.draws for row in chunk], np.concatenate(variates), temperature
            )
            parents, following = [], []
            for parent, token, draws in zip(
                split.rows.tolist(), split.tokens.tolist(), split.draws, strict=True
            ):
                row = chunk[parent]
                path = (*row.path, token)
                if token == stop:
                    result.finished[row.owner, row.path, False] += len(draws)
                elif len(path) == max_new_tokens:
                    result.finished[row.owner, path, True] += len(draws)
                else:
                    parents.append(parent)
                    following.append(replace(row, path=path, draws=draws))
                    result.forwarded[row.owner] += 1
            chunk = following
            if chunk:
                cached.advance(parents, [row.path[-1] for row in chunk])
    return result


def _chunks(rows: Sequence[Row], most: int) -> Iterator[list[Row]]:
    """Rows by as many draws at a time; a row with more is cut, its prefix computed again."""
    chunk: list[Row] = []
    held = 0
    for row in rows:
        for start in range(0, len(row.draws), most):
            part = replace(row, draws=row.draws[start : start + most])
            if held + len(part.draws) > most:
                yield chunk
                chunk, held = [], 0
            chunk.append(part)
            held += len(part.draws)
    if chunk:
        yield chunk


class _CachedRows:
    """Rows with a cache; ``logits`` are those behind each row's last token."""

    logits: Float[Tensor, "n V"]

    def __init__(self, model: nn.Module, rows: Sequence[Row]) -> None:
        inner = language_model(model)
        self._model = model
        self._device = inner.device
        self._cache = DynamicCache(config=inner.config.get_text_config(decoder=True))
        tokens = [row.prompt + row.path for row in rows]
        T = max(len(row) for row in tokens)
        padded = [[0] * (T - len(row)) + list(row) for row in tokens]
        self._mask = torch.tensor(
            [[0] * (T - len(row)) + [1] * len(row) for row in tokens], device=self._device
        )
        positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)
        self._forward(torch.tensor(padded, device=self._device), positions)

    def advance(self, parents: Sequence[int], tokens: Sequence[int]) -> None:
        """Make each new row of a parent's cache and one more token."""
        index = torch.tensor(parents, device=self._device)
        self._cache.batch_select_indices(index)
        self._mask = torch.nn.functional.pad(self._mask[index], (0, 1), value=1)
        last = torch.tensor(tokens, device=self._device)[:, None]
        self._forward(last, self._mask.sum(dim=1, keepdim=True) - 1)

    @torch.no_grad()
    def _forward(self, input_ids: Int[Tensor, "n T"], positions: Int[Tensor, "n T"]) -> None:
        rows = torch.arange(len(input_ids), device=self._device)
        cols = torch.full_like(rows, input_ids.shape[1] - 1)
        with float32_logits_at(self._model, rows, cols):
            output = self._model(
                input_ids=input_ids,
                attention_mask=self._mask,
                position_ids=positions,
                past_key_values=self._cache,
                use_cache=True,
            )
        self.logits = output.logits
