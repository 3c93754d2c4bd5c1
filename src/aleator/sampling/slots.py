"""Rows of tokens that a model continues one by one, their keys and values kept in place.

A cache that grows by concatenation, and drops rows by selection, copies itself twice a step, which
for a small model is most of the work. Here each row has a slot in room taken once: a token's keys
and values are written where they belong, and what is copied is a slot, when a row takes the place
of one that has ended or starts where another stands. Slots in use are always the first ones, so
that layers get a view of them and nothing is computed for nobody.

A slot's columns are its prompt, padded on the right to the longest; its path, padded on the left;
and then what follows, in the same column for all. Masks leave the padding out. As in
``PackedSession``, every layer keeps everything and masks keep the windows. A prompt is computed
once for all its rows, which have copies of it.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import Cache, DynamicCache
from transformers.cache_utils import CacheLayerMixin, DynamicLayer

from aleator.models.attention import AttentionRules, language_model
from aleator.models.output_head import float32_logits_at

IntArray = NDArray[np.int64]
Path = tuple[int, ...]


class Slots:
    """Rows that go on.

    Args:
        model: In evaluation mode.
        prompts: The prompts' tokens.
        owners: By row, which prompt it continues.
        paths: By row, what follows the prompt, at least one token.
        size: Most rows there will ever be at once.
        room: Tokens that each row may get.

    Attributes:
        logits: Behind each row's last token, float32.
    """

    logits: Float[Tensor, "n V"]

    def __init__(
        self,
        model: nn.Module,
        prompts: Sequence[Path],
        owners: IntArray,
        paths: Sequence[Path],
        *,
        size: int,
        room: int,
    ) -> None:
        self._model = model
        self._device = language_model(model).device
        self._rules = AttentionRules.of(model)
        n, T, deepest = len(paths), max(map(len, prompts)), max(map(len, paths))
        lengths = np.array([len(prompt) for prompt in prompts])[owners]
        depths = np.array([len(path) for path in paths])

        columns = T + deepest + room
        places = np.arange(T + deepest)
        real = (places < lengths[:, None]) | (places >= T + deepest - depths[:, None])
        self._real = torch.zeros(size, columns, dtype=torch.bool, device=self._device)
        self._real[:n, : T + deepest] = torch.from_numpy(real).to(self._device)
        self._positions = torch.zeros(size, columns, dtype=torch.long, device=self._device)
        self._positions[:n, : T + deepest] = (self._real[:n, : T + deepest].cumsum(1) - 1).clamp(0)

        read = self._prompts(prompts)
        self._layers = [_SlotLayer(layer, owners, size, columns) for layer in read.layers]
        self._cache = Cache(layers=list(self._layers))
        self._columns = T
        tokens = [[0] * (deepest - len(path)) + list(path) for path in paths]
        self._extend(torch.tensor(tokens, device=self._device))

    def advance(self, taken: IntArray, sources: IntArray, tokens: IntArray) -> None:
        """Copy rows to other slots and then continue the first slots, one token each.

        Args:
            taken: Slots that are written.
            sources: Slots whose rows are copied there; none of them is among ``taken``.
            tokens: Of slot 0 and so on: as many rows as there are then.
        """
        if len(taken):
            to, of = (torch.from_numpy(one).to(self._device) for one in (taken, sources))
            T = self._columns
            self._real[to, :T] = self._real[of, :T]
            self._positions[to, :T] = self._positions[of, :T]
            for layer in self._layers:
                layer.copy(to, of)
        n, T = len(tokens), self._columns
        self._real[:n, T] = True
        self._positions[:n, T] = self._positions[:n, T - 1] + 1
        self._extend(torch.from_numpy(tokens)[:, None].to(self._device))

    def _prompts(self, prompts: Sequence[Path]) -> DynamicCache:
        """Keys and values of the prompts, padded on the right."""
        T = max(map(len, prompts))
        padded = [[*prompt, *[0] * (T - len(prompt))] for prompt in prompts]
        positions = torch.arange(T, device=self._device).expand(len(prompts), T)
        causal = positions[:, :, None] >= positions[:, None, :]
        cache = DynamicCache()
        self._forward(
            torch.tensor(padded, device=self._device), positions, causal, positions, cache
        )
        return cache

    def _extend(self, input_ids: Int[Tensor, "n q"]) -> None:
        """Continue the first slots by some columns whose places are marked already."""
        n, q = input_ids.shape
        before = self._columns
        self._columns += q
        real, positions = self._real[:n, : self._columns], self._positions[:n, : self._columns]
        own = torch.arange(before, self._columns, device=self._device)
        columns = torch.arange(self._columns, device=self._device)
        # Padding attends to itself, or its softmax is NaN.
        allowed = real[:, None] & (columns <= own[:, None]) | (columns == own[:, None])
        self.logits = self._forward(
            input_ids, positions[:, before:], allowed, positions, self._cache
        )

    @torch.no_grad()
    def _forward(
        self,
        input_ids: Int[Tensor, "n q"],
        positions: Int[Tensor, "n q"],
        allowed: Bool[Tensor, "n q K"],
        key_positions: Int[Tensor, "n K"],
        cache: Cache,
    ) -> Float[Tensor, "n V"]:
        rows = torch.arange(len(input_ids), device=self._device)
        with float32_logits_at(self._model, rows, torch.full_like(rows, input_ids.shape[1] - 1)):
            output = self._model(
                input_ids=input_ids,
                attention_mask=self._rules.masks(allowed, positions, key_positions),
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
            )
        return output.logits


class _SlotLayer(CacheLayerMixin):
    """One layer's keys and values, ``[slots, heads, columns, width]``, filled from the left."""

    def __init__(self, prompts: object, owners: IntArray, size: int, columns: int) -> None:
        super().__init__()
        assert isinstance(prompts, DynamicLayer)
        assert prompts.keys is not None and prompts.values is not None
        self._filled = prompts.get_seq_length()
        self._columns = columns
        index = torch.from_numpy(owners).to(prompts.keys.device)
        self._keys = _with_room(prompts.keys, index, size, columns)
        self._values = _with_room(prompts.values, index, size, columns)
        self.is_initialized = True

    def copy(self, to: Int[Tensor, " n"], of: Int[Tensor, " n"]) -> None:
        """Copy slots."""
        for held in (self._keys, self._values):
            held[to, :, : self._filled] = held[of, :, : self._filled]

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing is left to be done."""

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: object, **kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Write columns of the first slots; give a view of all there is of them."""
        n, begin = len(key_states), self._filled
        self._filled += key_states.shape[2]
        self._keys[:n, :, begin : self._filled] = key_states
        self._values[:n, :, begin : self._filled] = value_states
        return self._keys[:n, :, : self._filled], self._values[:n, :, : self._filled]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """For masks that the library makes; we make ours."""
        return self._filled + query_length, 0

    def get_seq_length(self) -> int:
        """How many columns are filled."""
        return self._filled

    def get_max_length(self) -> int:
        """How many columns there are."""
        return self._columns


def _with_room(prompts: Tensor, index: Tensor, size: int, columns: int) -> Tensor:
    _, heads, T, width = prompts.shape
    held = prompts.new_empty(size, heads, columns, width)
    held[: len(index), :, :T] = prompts[index]
    return held
