"""The tree loss against a dense computation that shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aleator.training.loss import TreeTargets, node_kl, prompt_losses, tree_loss, tree_loss_sum


@dataclass(frozen=True)
class Tree:
    """The part of a supervision tree that the loss reads."""

    weights: np.ndarray
    target_offsets: np.ndarray
    target_tokens: np.ndarray
    target_probabilities: np.ndarray


def random_tree(rng: np.random.Generator, nodes: int, vocabulary: int) -> Tree:
    """Sparse targets with one to all tokens a node, one of them sometimes of probability 0."""
    counts = rng.integers(1, vocabulary + 1, size=nodes)
    tokens, probabilities = [], []
    for count in counts:
        tokens.append(rng.choice(vocabulary, size=count, replace=False))
        row = rng.exponential(size=count)
        if count > 1 and rng.random() < 0.3:
            row[rng.integers(count)] = 0.0
        probabilities.append(row / row.sum())
    return Tree(
        weights=rng.exponential(size=nodes),
        target_offsets=np.concatenate([[0], np.cumsum(counts)]),
        target_tokens=np.concatenate(tokens),
        target_probabilities=np.concatenate(probabilities),
    )


def dense(tree: Tree, vocabulary: int) -> torch.Tensor:
    """The tree's targets as float64 [N, V]."""
    matrix = torch.zeros(len(tree.weights), vocabulary, dtype=torch.float64)
    for node in range(len(tree.weights)):
        for entry in range(tree.target_offsets[node], tree.target_offsets[node + 1]):
            matrix[node, tree.target_tokens[entry]] = tree.target_probabilities[entry]
    return matrix


def dense_loss(logits: torch.Tensor, trees: list[Tree]) -> torch.Tensor:
    """Mean over trees of the weighted KL in float64, by torch's own `kl_div`."""
    target = torch.cat([dense(tree, logits.shape[1]) for tree in trees])
    weights = torch.from_numpy(np.concatenate([tree.weights for tree in trees]))
    log_q = logits.double().log_softmax(-1)
    kl = torch.nn.functional.kl_div(log_q, target, reduction="none").sum(-1)
    return (weights * kl).sum() / len(trees)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=4),
    vocabulary=st.integers(2, 30),
)
def test_value_and_gradient_agree_with_dense(seed: int, sizes: list[int], vocabulary: int) -> None:
    rng = np.random.default_rng(seed)
    trees = [random_tree(rng, nodes, vocabulary) for nodes in sizes]
    logits = torch.from_numpy(rng.normal(scale=4.0, size=(sum(sizes), vocabulary))).float()
    logits.requires_grad_()
    reference_logits = logits.detach().double().requires_grad_()

    loss = tree_loss(logits, TreeTargets.from_trees(trees))
    reference = dense_loss(reference_logits, trees)
    loss.backward()
    reference.backward()

    torch.testing.assert_close(loss.double(), reference, rtol=1e-5, atol=1e-5)
    assert logits.grad is not None and reference_logits.grad is not None
    torch.testing.assert_close(logits.grad.double(), reference_logits.grad, rtol=1e-4, atol=1e-5)


def test_loss_vanishes_where_the_model_is_right() -> None:
    rng = np.random.default_rng(1)
    tree = random_tree(rng, 5, 11)
    logits = dense(tree, 11).log()  # −inf on the tokens outside the target
    kl = node_kl(logits, TreeTargets.from_trees([tree]))
    assert kl.abs().max() <= 1e-6


def test_bfloat16_logits_are_upcast() -> None:
    """KL of bfloat16 logits equals the KL of the same numbers held in float32, bit for bit."""
    rng = np.random.default_rng(2)
    targets = TreeTargets.from_trees([random_tree(rng, 6, 50)])
    logits = torch.from_numpy(rng.normal(size=(6, 50))).to(torch.bfloat16)
    kl = node_kl(logits, targets)
    assert kl.dtype == torch.float32
    assert torch.equal(kl, node_kl(logits.float(), targets))


def test_a_target_token_the_model_excludes_costs_infinitely() -> None:
    tree = Tree(
        weights=np.ones(1),
        target_offsets=np.array([0, 2]),
        target_tokens=np.array([0, 1]),
        target_probabilities=np.array([0.5, 0.5]),
    )
    logits = torch.tensor([[0.0, -torch.inf, 0.0]])
    assert torch.isinf(tree_loss(logits, TreeTargets.from_trees([tree])))


def test_sums_and_means_are_of_the_same_terms() -> None:
    rng = np.random.default_rng(3)
    trees = [random_tree(rng, nodes, 9) for nodes in (3, 1, 4)]
    logits = torch.from_numpy(rng.normal(size=(8, 9))).float()
    targets = TreeTargets.from_trees(trees)
    singles = torch.stack(
        [
            tree_loss(part, TreeTargets.from_trees([tree]))
            for part, tree in zip(logits.split([3, 1, 4]), trees, strict=True)
        ]
    )
    torch.testing.assert_close(prompt_losses(logits, targets), singles)
    torch.testing.assert_close(tree_loss(logits, targets), singles.mean())
    torch.testing.assert_close(tree_loss_sum(logits, targets), singles.sum())
    expected = sum(tree.weights.sum() for tree in trees)
    assert float(targets.total_weight) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_to_draws_has_the_same_gradient() -> None:
    """The empirical targets of drawn tokens give cross-entropy's gradient."""
    draws = torch.tensor([3, 3, 0, 5])
    tokens, counts = draws.unique(return_counts=True)
    tree = Tree(
        weights=np.ones(1),
        target_offsets=np.array([0, len(tokens)]),
        target_tokens=tokens.numpy(),
        target_probabilities=counts.numpy() / len(draws),
    )
    logits = torch.linspace(-1, 2, 7)[None].requires_grad_()
    (ours,) = torch.autograd.grad(tree_loss(logits, TreeTargets.from_trees([tree])), logits)
    plain = torch.nn.functional.cross_entropy(logits.expand(4, 7), draws)
    (theirs,) = torch.autograd.grad(plain, logits)
    torch.testing.assert_close(ours, theirs)


def test_targets_move_between_devices() -> None:
    targets = TreeTargets.from_trees([random_tree(np.random.default_rng(4), 2, 5)])
    moved = targets.to("meta")
    assert moved.prompts == 1
    assert moved.weights.is_meta and moved.entry_tokens.is_meta


def test_wrong_number_of_rows_is_refused() -> None:
    targets = TreeTargets.from_trees([random_tree(np.random.default_rng(5), 2, 5)])
    with pytest.raises(ValueError, match="3 rows of logits for 2 nodes"):
        node_kl(torch.zeros(3, 5), targets)
    with pytest.raises(ValueError, match="at least one"):
        TreeTargets.from_trees([])
