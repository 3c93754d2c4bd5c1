"""Trees of answers that grow step by step over a kept key-value cache.

Where the tree is not known beforehand, because the model's own probabilities decide what is
looked at next, each step adds nodes and costs a pass over those nodes alone: prompts and
older nodes stay in the cache. A session evaluates; it never trains.

The cache is one in which every layer keeps everything. Caches made for sliding windows drop
what lies more than a window of *columns* back, and in a tree that may be a near ancestor;
here the masks keep the windows. A session's memory goes when the session goes; `keep` lets
prompts go that are done.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int64
from torch import Tensor, nn
from transformers import DynamicCache

from aleator.models.attention import AttentionRules, language_model
from aleator.models.output_head import float32_logits_at
from aleator.models.packed_forward import PackedBatch, node_depths, pack
from aleator.models.positions import check_length, model_positions


@dataclass(frozen=True)
class _Root:
    """A tree of one node, the prompt's end."""

    tokens: Int64[np.ndarray, "1"]
    parents: Int64[np.ndarray, "1"]


_ROOT = _Root(np.array([-1]), np.array([-1]))


class PackedSession:
    """Prompts whose trees grow; node 0 of each is its prompt's end.

    Args:
        model: A causal language model in evaluation mode, wrapped by PEFT or not.
        prompts: Token ids of each prompt, at least one each; lengths may differ.

    Raises:
        ValueError: The model is in training mode, or a prompt is empty.
        InputError: A prompt is longer than the model.
        ModelError: The model attends in a way that no mask can express, or has no linear head.

    Attributes:
        root_logits: Next-token logits at the end of each prompt, float32.
    """

    root_logits: Float[Tensor, "B V"]

    def __init__(self, model: nn.Module, prompts: Sequence[Sequence[int]]) -> None:
        if model.training:
            raise ValueError("a session needs the model in evaluation mode: call model.eval()")
        self._room = model_positions(model)
        check_length(max(map(len, prompts), default=0), self._room, "a prompt")
        self._model = model
        self._device = language_model(model).device
        self._rules = AttentionRules.of(model)
        self._cache = DynamicCache()
        batch = pack(prompts, [_ROOT] * len(prompts), pad_token_id=0)
        lengths = np.array([len(prompt) for prompt in prompts])
        # Slot 0 is the root, slot s > 0 the node in column T - 1 + s. Steps pad all prompts to
        # the same number of slots, so that a node's id is not its slot.
        self._slots = [np.zeros(1, dtype=np.int64) for _ in prompts]
        self._ancestors: Bool[np.ndarray, "B slots slots"] = np.zeros(
            (len(prompts), 1, 1), dtype=np.bool_
        )
        self._positions: Int[np.ndarray, "B slots"] = lengths[:, None] - 1
        self._in_prompt: Bool[np.ndarray, "B T"] = (
            np.arange(batch.input_ids.shape[1]) < lengths[:, None]
        )
        self._key_positions = batch.position_ids.to(self._device)
        self.root_logits = self._forward(batch, self._key_positions)

    def __len__(self) -> int:
        """How many prompts there are."""
        return len(self._slots)

    def extend(
        self,
        tokens: Sequence[Int64[np.ndarray, " n"]],
        parents: Sequence[Int64[np.ndarray, " n"]],
    ) -> list[Float[Tensor, "n V"]]:
        """Add nodes to each prompt's tree.

        Args:
            tokens: For each prompt the tokens that lead into its new nodes; may be empty.
            parents: For each prompt the nodes that those continue. Nodes are counted from 1 in
                the order in which they came, 0 is the root; a parent may be a node of an earlier
                call, or one that stands earlier in this one.

        Returns:
            For each prompt the next-token logits at its new nodes, float32.

        Raises:
            ValueError: Lists of different lengths, or a parent that is not there yet.
            InputError: A prompt and an answer are together longer than the model.
        """
        counts = self._check(tokens, parents)
        if not counts.any():
            return [self.root_logits[:0]] * len(self)
        B, m = len(self), int(counts.max())
        rows = np.repeat(np.arange(B), counts)
        cols = np.concatenate([np.arange(count) for count in counts])
        self._grow(rows, cols, m, parents)
        longest = int(self._positions[:, -m:].max()) + 1
        check_length(longest, self._room, "a prompt with an answer")

        input_ids = np.zeros((B, m), dtype=np.int64)
        input_ids[rows, cols] = np.concatenate(tokens)
        real = np.zeros((B, m), dtype=np.bool_)
        real[rows, cols] = True
        to_prompt = real[:, :, None] & self._in_prompt[:, None, :]
        batch = PackedBatch(
            input_ids=torch.from_numpy(input_ids),
            position_ids=torch.from_numpy(self._positions[:, -m:]),
            attention=torch.from_numpy(
                np.concatenate([to_prompt, self._ancestors[:, -m:, 1:]], axis=2)
            ),
            rows=torch.from_numpy(rows),
            cols=torch.from_numpy(cols),
        )
        self._key_positions = torch.cat(
            [self._key_positions, batch.position_ids.to(self._device)], dim=1
        )
        logits = self._forward(batch, self._key_positions)
        return list(logits.split(counts.tolist()))

    def keep(self, prompts: Sequence[int]) -> None:
        """Go on with these prompts only, in this order, and free the memory of the others."""
        index = torch.tensor(prompts, dtype=torch.long, device=self._device)
        self._cache.batch_select_indices(index)
        self._key_positions = self._key_positions[index]
        self.root_logits = self.root_logits[index]
        self._slots = [self._slots[prompt] for prompt in prompts]
        self._ancestors = self._ancestors[prompts]
        self._positions = self._positions[prompts]
        self._in_prompt = self._in_prompt[prompts]

    @torch.no_grad()
    def _forward(
        self, batch: PackedBatch, key_positions: Int[Tensor, "B K"]
    ) -> Float[Tensor, "n V"]:
        """Logits at the batch's nodes; their keys and values go to the cache."""
        batch = batch.to(self._device)
        with float32_logits_at(self._model, batch.rows, batch.cols):
            output = self._model(
                input_ids=batch.input_ids,
                attention_mask=self._rules.masks(
                    batch.attention, batch.position_ids, key_positions
                ),
                position_ids=batch.position_ids,
                past_key_values=self._cache,
                use_cache=True,
            )
        return output.logits

    def _grow(
        self,
        rows: Int64[np.ndarray, " n"],
        cols: Int64[np.ndarray, " n"],
        m: int,
        parents: Sequence[Int64[np.ndarray, " n"]],
    ) -> None:
        """Append `m` slots to every prompt: ancestors and positions of its new nodes."""
        old = self._ancestors.shape[1]
        ancestors = np.zeros((len(self), old + m, old + m), dtype=np.bool_)
        ancestors[:, :old, :old] = self._ancestors
        new = np.arange(old, old + m)
        ancestors[:, new, new] = True  # padding too, or its softmax is NaN
        positions = np.zeros((len(self), old + m), dtype=np.int64)
        positions[:, :old] = self._positions

        slots = old + cols
        self._slots = [
            np.concatenate([before, old + np.arange(len(more))])
            for before, more in zip(self._slots, parents, strict=True)
        ]
        above = np.concatenate(
            [slot[parent] for slot, parent in zip(self._slots, parents, strict=True)]
        )
        # Level by level, since parents may be of this call: those begin right after their row's.
        index = np.arange(len(rows))
        levels = node_depths(np.where(above < old, index, index - slots + above))
        for level in range(int(levels.max()) + 1):
            at = levels == level
            ancestors[rows[at], slots[at]] |= ancestors[rows[at], above[at]]
            positions[rows[at], slots[at]] = positions[rows[at], above[at]] + 1
        self._ancestors, self._positions = ancestors, positions

    def _check(
        self,
        tokens: Sequence[Int64[np.ndarray, " n"]],
        parents: Sequence[Int64[np.ndarray, " n"]],
    ) -> Int64[np.ndarray, " B"]:
        """The number of new nodes of each prompt."""
        counts = np.array([len(new) for new in tokens])
        if len(tokens) != len(self) or [len(new) for new in parents] != counts.tolist():
            raise ValueError(f"tokens and parents must be given for each of {len(self)} prompts")
        for known, new in zip(self._slots, parents, strict=True):
            if ((new < 0) | (new >= len(known) + np.arange(len(new)))).any():
                raise ValueError("a node's parent must be there before it")
        return counts
