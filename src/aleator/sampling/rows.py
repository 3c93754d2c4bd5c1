"""Draws that go on as ordinary rows with a key-value cache, one for each distinct prefix.

For long answers, whose prefixes have stopped being shared. All rows belong to one prompt and are
equally long, so nothing is padded and no mask is needed. A row with several draws splits where they
part, and takes its cache along.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import DynamicCache

from aleator.models.attention import language_model
from aleator.models.output_head import float32_logits_at
from aleator.sampling.split import split_counts

IntArray = NDArray[np.int64]
Path = tuple[int, ...]


@dataclass(frozen=True)
class Alive:
    """Prefixes of one length at which draws stand, and how many at each."""

    paths: list[Path]
    counts: IntArray


def continue_as_rows(
    model: nn.Module,
    prompt: Path,
    alive: Alive,
    stop: int,
    max_new_tokens: int,
    rng: np.random.Generator,
    *,
    temperature: float = 1.0,
    rows_at_once: int = 64,
) -> tuple[Counter[tuple[Path, bool]], int]:
    """Draw what follows some prefixes of answers to one prompt.

    Args:
        model: In evaluation mode.
        prompt: The prompt's tokens.
        alive: The prefixes; none has ended.
        stop: The stop token.
        max_new_tokens: Most tokens of an answer, those of its prefix included.
        rng: Gives the variates, row after row.
        temperature: Logits are divided by it.
        rows_at_once: Draws computed together, at least; bounds the cache's memory.

    Returns:
        Finished paths with their counts, whether they were cut off, and how many tokens of answers
        went through the model (those of the prefixes again).
    """
    finished: Counter[tuple[Path, bool]] = Counter()
    forwarded = 0
    for start in range(0, len(alive.paths), rows_at_once):
        paths = alive.paths[start : start + rows_at_once]
        counts = alive.counts[start : start + rows_at_once]
        rows = _Rows(model, prompt, paths)
        forwarded += len(paths) * len(paths[0])
        for length in range(len(paths[0]) + 1, max_new_tokens + 1):
            parents, tokens, counts = split_counts(rows.logits, counts, rng, temperature)
            extended = [(*paths[p], t) for p, t in zip(parents, tokens.tolist(), strict=True)]
            ended = tokens == stop
            for path, count, end in zip(extended, counts.tolist(), ended, strict=True):
                if end:
                    finished[path[:-1], False] += count
                elif length == max_new_tokens:
                    finished[path, True] += count
            going = np.flatnonzero(~ended)
            if going.size == 0 or length == max_new_tokens:
                break
            paths, counts = [extended[place] for place in going], counts[going]
            rows.advance(parents[going], tokens[going])
            forwarded += len(paths)
    return finished, forwarded


class _Rows:
    """Rows with a cache; ``logits`` are those behind each row's last token."""

    logits: Float[Tensor, "n V"]

    def __init__(self, model: nn.Module, prompt: Path, paths: list[Path]) -> None:
        inner = language_model(model)
        self._model = model
        self._device = inner.device
        self._cache = DynamicCache(config=inner.config.get_text_config(decoder=True))
        self._forward(torch.tensor([prompt + path for path in paths], device=self._device))

    def advance(self, parents: IntArray, tokens: IntArray) -> None:
        """Make each new row of a parent's cache and one more token."""
        self._cache.batch_select_indices(torch.from_numpy(parents).to(self._device))
        self._forward(torch.from_numpy(tokens)[:, None].to(self._device))

    @torch.no_grad()
    def _forward(self, input_ids: Tensor) -> None:
        rows = torch.arange(len(input_ids), device=self._device)
        cols = torch.full_like(rows, input_ids.shape[1] - 1)
        with float32_logits_at(self._model, rows, cols):
            output = self._model(input_ids=input_ids, past_key_values=self._cache, use_cache=True)
        self.logits = output.logits
