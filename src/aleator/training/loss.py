"""One loss for soft and hard targets: weighted KL to the next-token targets of a supervision tree.

Soft targets put the exact conditionals of the target at each node, hard targets the empirical ones
of drawn answers; here both are the same numbers in the same layout. For an empirical target the
published loss is the cross-entropy, which differs from this KL by the targets' own entropy: a
constant, so the gradients are the same.

The softmax runs over the full vocabulary in float32. Targets stay sparse (CSR, a handful of tokens
a node): nothing of shape [N, V] is made beyond the log-probabilities themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor


class Supervision(Protocol):
    """What the loss reads of a supervision tree; `aleator.tokens.supervision` makes them."""

    @property
    def weights(self) -> Float[np.ndarray, " N"]:
        """What the KL of each node counts."""
        ...

    @property
    def target_offsets(self) -> Int[np.ndarray, " N+1"]:
        """Where each node's entries begin in the two arrays below, and where the last end."""
        ...

    @property
    def target_tokens(self) -> Int[np.ndarray, " E"]:
        """The tokens of each node's target."""
        ...

    @property
    def target_probabilities(self) -> Float[np.ndarray, " E"]:
        """Their probabilities, summing to 1 in every node."""
        ...


@dataclass(frozen=True)
class TreeTargets:
    """The targets of a batch of B supervision trees with N nodes and E target entries in all.

    Nodes are numbered through the batch: tree 0's nodes, then tree 1's, as `packed_logits` returns
    its rows.

    Attributes:
        weights: float32 [N], what the KL of each node counts in the loss.
        node_prompts: int64 [N], which prompt of the batch (0 … B-1) a node belongs to.
        entry_nodes: int64 [E], the node a target entry belongs to, ascending.
        entry_tokens: int64 [E], its token.
        entry_probabilities: float32 [E], its probability, above 0; a node's entries sum to 1.
        entry_logs: float32 [E], the logarithm of the probability (nats).
        prompts: B.
    """

    weights: Float[Tensor, " n"]
    node_prompts: Int[Tensor, " n"]
    entry_nodes: Int[Tensor, " e"]
    entry_tokens: Int[Tensor, " e"]
    entry_probabilities: Float[Tensor, " e"]
    entry_logs: Float[Tensor, " e"]
    prompts: int

    @classmethod
    def from_trees(cls, trees: Sequence[Supervision]) -> TreeTargets:
        """Joins the trees of a batch, in order; entries of probability 0 are left out."""
        if not trees:
            raise ValueError("a batch needs at least one supervision tree")
        sizes = np.array([len(tree.weights) for tree in trees])
        entries_per_node = np.concatenate([np.diff(tree.target_offsets) for tree in trees])
        entry_nodes = np.repeat(np.arange(sizes.sum()), entries_per_node)
        tokens = np.concatenate([tree.target_tokens for tree in trees])
        probabilities = np.concatenate([tree.target_probabilities for tree in trees])
        # 0 · (log 0 − log q) is 0 by definition and NaN in arithmetic.
        kept = probabilities > 0
        return cls(
            weights=torch.from_numpy(np.concatenate([tree.weights for tree in trees])).float(),
            node_prompts=torch.from_numpy(np.repeat(np.arange(len(trees)), sizes)),
            entry_nodes=torch.from_numpy(entry_nodes[kept]),
            entry_tokens=torch.from_numpy(tokens[kept]),
            entry_probabilities=torch.from_numpy(probabilities[kept]).float(),
            entry_logs=torch.from_numpy(np.log(probabilities[kept])).float(),
            prompts=len(trees),
        )

    @classmethod
    def none(cls) -> TreeTargets:
        """The targets of no tree at all."""
        numbers, places = torch.empty(0), torch.empty(0, dtype=torch.int64)
        return cls(numbers, places, places, places, numbers, numbers, prompts=0)

    @property
    def total_weight(self) -> Float[Tensor, ""]:
        """Sum of the node weights: where these are expected visits, B × the mean path length."""
        return self.weights.sum()

    def to(self, device: torch.device | str) -> TreeTargets:
        """The same targets on a device."""
        return TreeTargets(
            weights=self.weights.to(device),
            node_prompts=self.node_prompts.to(device),
            entry_nodes=self.entry_nodes.to(device),
            entry_tokens=self.entry_tokens.to(device),
            entry_probabilities=self.entry_probabilities.to(device),
            entry_logs=self.entry_logs.to(device),
            prompts=self.prompts,
        )


def node_kl(logits: Float[Tensor, "n V"], targets: TreeTargets) -> Float[Tensor, " n"]:
    """KL(target ‖ softmax(logits)) of every node, in nats.

    Args:
        logits: [N, V], any floating type; computed in float32.
        targets: the batch's targets, N nodes.

    Returns:
        float32 [N]. Zero up to rounding (a few 1e-7, of either sign) where the model is right.
    """
    return torch.zeros_like(targets.weights).index_add(
        0, targets.entry_nodes, _entry_terms(logits, targets)
    )


def tree_loss_sum(logits: Float[Tensor, "n V"], targets: TreeTargets) -> Float[Tensor, ""]:
    """Sum over the batch's nodes of weight × KL, a scalar; `tree_loss` before its mean."""
    # Not by way of node_kl: on a GPU index_add sums in an order of its own each time.
    return (targets.weights[targets.entry_nodes] * _entry_terms(logits, targets)).sum()


def tree_loss(logits: Float[Tensor, "n V"], targets: TreeTargets) -> Float[Tensor, ""]:
    """The mean over prompts of Σ_n w_n KL(target_n ‖ softmax(logits_n)), a scalar in nats.

    With the weights of `exact_trees` this is an unbiased estimate of the mean sequence KL.

    Args:
        logits: [N, V] of the batch's nodes in order, as `packed_logits` returns them.
        targets: the batch's targets.
    """
    return tree_loss_sum(logits, targets) / targets.prompts


def prompt_losses(logits: Float[Tensor, "n V"], targets: TreeTargets) -> Float[Tensor, " B"]:
    """Σ_n w_n KL of each prompt, float32 [B]; `tree_loss` is its mean."""
    weighted = targets.weights * node_kl(logits, targets)
    return weighted.new_zeros(targets.prompts).index_add(0, targets.node_prompts, weighted)


def _entry_terms(logits: Float[Tensor, "n V"], targets: TreeTargets) -> Float[Tensor, " e"]:
    """What every target entry adds to its node's KL: t (log t − log q)."""
    if len(logits) != len(targets.weights):
        raise ValueError(f"{len(logits)} rows of logits for {len(targets.weights)} nodes")
    log_q = torch.log_softmax(logits.float(), dim=-1)[targets.entry_nodes, targets.entry_tokens]
    return targets.entry_probabilities * (targets.entry_logs - log_q)
