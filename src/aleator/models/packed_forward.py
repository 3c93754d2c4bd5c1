"""One forward pass over prompts and whole trees of answers.

A row holds a prompt and, after it, the nodes of its tree in any order with parents before
children; padding comes last. A node attends to its prompt, its ancestors and itself, and
its position is its depth counted on from the prompt's last token, which is the tree's
root. So each node's logits are those of a separate pass over the path that leads to it,
and a prompt's tokens are computed once instead of once per path.

What the masks must look like for each architecture is in ``attention.py``; models are
compared with separate passes in the tests, with windows short enough to matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn

from aleator.models.attention import AttentionRules
from aleator.models.output_head import float32_logits_at


class TokenTree(Protocol):
    """A tree of tokens that continue a prompt; node 0 is the prompt's end.

    ``tokens[n]`` leads into node n from ``parents[n]`` < n; both are -1 at the root.
    """

    @property
    def tokens(self) -> Int[np.ndarray, " N"]:
        """The token that leads into each node."""
        ...

    @property
    def parents(self) -> Int[np.ndarray, " N"]:
        """The node that each node continues."""
        ...


@dataclass(frozen=True)
class PackedBatch:
    """Prompts and trees as rows of one batch; see the module's text.

    Attributes:
        input_ids: Tokens, right-padded.
        position_ids: Position of each token on the path it belongs to.
        attention: ``[b, q, k]``: q may attend to k, sliding windows aside.
        rows: Batch index of every node: prompt 0's nodes, then prompt 1's, …
        cols: Time index of every node; a root's is that of its prompt's last token.
    """

    input_ids: Int[Tensor, "B T"]
    position_ids: Int[Tensor, "B T"]
    attention: Bool[Tensor, "B T T"]
    rows: Int[Tensor, " n"]
    cols: Int[Tensor, " n"]

    def to(self, device: torch.device | str) -> "PackedBatch":
        """The same batch on `device`."""
        return PackedBatch(
            self.input_ids.to(device, non_blocking=True),
            self.position_ids.to(device, non_blocking=True),
            self.attention.to(device, non_blocking=True),
            self.rows.to(device, non_blocking=True),
            self.cols.to(device, non_blocking=True),
        )


def pack(
    prompts: Sequence[Sequence[int]], trees: Sequence[TokenTree], pad_token_id: int
) -> PackedBatch:
    """Lay prompts and their trees out for one forward pass.

    Args:
        prompts: Token ids of each prompt, at least one each.
        trees: One tree a prompt.
        pad_token_id: Any token of the vocabulary; what stands in the padding is not read.

    Raises:
        ValueError: An empty prompt, or not as many trees as prompts.
    """
    _check(prompts, trees)
    prompt_lengths = np.array([len(prompt) for prompt in prompts])
    node_counts = np.array([len(tree.tokens) for tree in trees])
    B, T = len(prompts), int((prompt_lengths + node_counts).max()) - 1

    # Nodes of all prompts in one line; a node's column follows from its place in its tree.
    rows = np.repeat(np.arange(B), node_counts)
    first = np.cumsum(node_counts) - node_counts
    cols = np.arange(len(rows)) - first[rows] + prompt_lengths[rows] - 1
    parents = np.concatenate([tree.parents for tree in trees])
    is_root = parents < 0
    parents = np.where(is_root, np.arange(len(rows)), parents + first[rows])
    depths = node_depths(parents)

    input_ids = np.full((B, T), pad_token_id, dtype=np.int64)
    for row, prompt in enumerate(prompts):
        input_ids[row, : len(prompt)] = prompt
    tokens = np.concatenate([tree.tokens for tree in trees])
    input_ids[rows[~is_root], cols[~is_root]] = tokens[~is_root]

    # Padding keeps position 0: a positive one could exceed what the model was built for.
    columns = np.arange(T)
    in_prompt = columns < prompt_lengths[:, None]
    position_ids = np.where(in_prompt, columns, 0)
    position_ids[rows, cols] = prompt_lengths[rows] - 1 + depths

    # Prompts are causal; everything attends to itself, padding too, or its softmax is NaN.
    attention = (columns[None, :, None] >= columns[None, None, :]) & in_prompt[:, :, None]
    attention |= np.eye(T, dtype=bool)
    for depth in range(1, int(depths.max()) + 1):
        at = np.flatnonzero(depths == depth)
        attention[rows[at], cols[at]] |= attention[rows[at], cols[parents[at]]]

    return PackedBatch(
        input_ids=torch.from_numpy(input_ids),
        position_ids=torch.from_numpy(position_ids),
        attention=torch.from_numpy(attention),
        rows=torch.from_numpy(rows),
        cols=torch.from_numpy(cols),
    )


def idle_batch() -> PackedBatch:
    """One token and no node, for a process that has nothing to read when others have.

    Its logits have no rows; whatever is summed over them is 0, and so are its gradients, which
    reach every weight all the same.
    """
    nowhere = torch.empty(0, dtype=torch.int64)
    return PackedBatch(
        input_ids=torch.zeros(1, 1, dtype=torch.int64),
        position_ids=torch.zeros(1, 1, dtype=torch.int64),
        attention=torch.ones(1, 1, 1, dtype=torch.bool),
        rows=nowhere,
        cols=nowhere,
    )


def packed_logits(model: nn.Module, batch: PackedBatch) -> Float[Tensor, "n V"]:
    """Next-token logits at every node of every tree, in float32.

    Gradients flow, through PEFT and data-parallel wrappers as well.

    Args:
        model: A causal language model; what `batch` is on, so must the model be.
        batch: From `pack`.

    Returns:
        One row a node: prompt 0's nodes 0 … N0-1, then prompt 1's, and so on.

    Raises:
        ModelError: The model attends in a way that no mask can express, or has no linear head.
    """
    masks = AttentionRules.of(model).masks(batch.attention, batch.position_ids, batch.position_ids)
    with float32_logits_at(model, batch.rows, batch.cols):
        output = model(
            input_ids=batch.input_ids,
            attention_mask=masks,
            position_ids=batch.position_ids,
            use_cache=False,
        )
    return output.logits


def node_depths(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Depth of every node of a forest in which a root is its own parent."""
    depths = np.zeros(len(parents), dtype=np.int64)
    ancestors, above = parents, np.arange(len(parents))
    while (climbing := ancestors != above).any():
        depths += climbing
        above, ancestors = ancestors, parents[ancestors]
    return depths


def _check(prompts: Sequence[Sequence[int]], trees: Sequence[TokenTree]) -> None:
    """Refuse what would be laid out wrongly."""
    if len(prompts) != len(trees):
        raise ValueError(f"{len(prompts)} prompts and {len(trees)} trees: one tree a prompt")
    if not prompts or min(len(prompt) for prompt in prompts) == 0:
        raise ValueError("a batch needs prompts of at least one token each")
