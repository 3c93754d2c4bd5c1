"""Supervision trees: what they hold, and that they estimate the sequence KL without bias."""

import zlib

import numpy as np
import pytest

from aleator.distributions.families import family
from aleator.errors import InputError
from aleator.outcomes.discretize import discretise
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.supervision import SupervisionTree, drawn_trees, exact_trees, path_trees
from tests.tokens.answers import speller, targets

TARGET = NumericTarget.of(family("gaussian").distribution(mu=0.3, sigma=1.2), 1)
EVERYTHING = 10_000


def _paths(tree: SupervisionTree) -> list[tuple[int, ...]]:
    paths: list[tuple[int, ...]] = [()]
    for node in range(1, tree.size):
        paths.append((*paths[int(tree.parents[node])], int(tree.tokens[node])))
    return paths


def _model_kl(tree: SupervisionTree, *, empirical: bool = False) -> np.ndarray:
    """KL (cross-entropy for empirical targets) to a made-up model, a function of the prefix."""
    terms = []
    for node, path in enumerate(_paths(tree)):
        part = slice(*tree.target_offsets[node : node + 2])
        p, tokens = tree.target_probabilities[part], tree.target_tokens[part]
        seed = zlib.crc32(repr(path).encode())
        q = np.random.default_rng(seed).dirichlet(np.ones(400))[tokens]
        entropy = 0.0 if empirical else float((p * np.log(p)).sum())
        terms.append(entropy - float((p * np.log(q)).sum()))
    return np.array(terms)


def _complete() -> SupervisionTree:
    (tree,) = exact_trees(
        [TARGET], speller(), nodes=EVERYTHING, tails=0, rng=np.random.default_rng(0)
    )
    assert tree.complete
    return tree


SEQUENCE_KL = float((_complete().weights * _model_kl(_complete())).sum())
STEP_KL = float((_complete().step_weights * _model_kl(_complete())).sum())


def _estimates(make, rounds: int) -> tuple[np.ndarray, float]:  # noqa: ANN001
    """Weighted KL of trees from many seeds, and their mean size in tokens."""
    values, sizes = [], []
    for seed in range(rounds):
        tree = make(np.random.default_rng(seed))[0]
        values.append(float((tree.weights * _model_kl(tree)).sum()))
        sizes.append(tree.size)
    return np.array(values), float(np.mean(sizes))


def _is_unbiased(values: np.ndarray, truth: float) -> bool:
    """Within 4 standard errors."""
    return bool(abs(values.mean() - truth) <= 4 * values.std() / np.sqrt(len(values)))


def test_the_complete_tree_is_the_chain_rule() -> None:
    """Sum over prefixes of P(x) KL(x) is the KL of whole answers."""
    outcomes = TARGET.outcomes()
    tree = _complete()
    nodes = {path: node for node, path in enumerate(_paths(tree))}
    total = 0.0
    for ids, p in zip(speller().encode(outcomes.strings), outcomes.probabilities, strict=True):
        log_q = 0.0
        ended = (*ids, speller().stop)
        for length, token in enumerate(ended):
            assert ended[:length] in nodes
            seed = zlib.crc32(repr(ended[:length]).encode())
            log_q += np.log(np.random.default_rng(seed).dirichlet(np.ones(400))[token])
        total += p * (np.log(p) - log_q)
    assert abs(total - SEQUENCE_KL) <= 1e-9


@pytest.mark.parametrize("tails", [1, 3])
def test_trees_with_tails_are_unbiased(tails: int) -> None:
    values, _ = _estimates(
        lambda rng: exact_trees([TARGET], speller(), nodes=16, tails=tails, rng=rng), 300
    )
    assert values.std() > 0
    assert _is_unbiased(values, SEQUENCE_KL)


def test_paths_are_unbiased() -> None:
    values, _ = _estimates(lambda rng: path_trees([TARGET], speller(), paths=2, rng=rng), 400)
    assert _is_unbiased(values, SEQUENCE_KL)


def test_the_published_form_estimates_the_step_kl() -> None:
    values, _ = _estimates(
        lambda rng: path_trees([TARGET], speller(), paths=1, rng=rng, mean_over_positions=True),
        600,
    )
    assert _is_unbiased(values, STEP_KL)
    assert not _is_unbiased(values, SEQUENCE_KL)


def test_trees_have_less_variance_than_single_paths_at_equal_tokens() -> None:
    tree, tree_tokens = _estimates(
        lambda rng: exact_trees([TARGET], speller(), nodes=32, tails=1, rng=rng), 200
    )
    path, path_tokens = _estimates(
        lambda rng: path_trees([TARGET], speller(), paths=1, rng=rng), 200
    )
    affordable = tree_tokens / path_tokens
    assert tree.var() < path.var() / affordable


def test_empirical_targets_are_the_cross_entropy_of_the_draws() -> None:
    (tree,) = drawn_trees([TARGET], speller(), draws=16, rng=np.random.default_rng(2))
    assert tree.weights[0] == 1.0
    assert np.allclose(np.round(tree.weights * 16), tree.weights * 16, atol=1e-9)
    packed = float((tree.weights * _model_kl(tree, empirical=True)).sum())
    # The same draws one by one: every entry is a count, so unfold them.
    unfolded = 0.0
    for node, path in enumerate(_paths(tree)):
        seed = zlib.crc32(repr(path).encode())
        q = np.random.default_rng(seed).dirichlet(np.ones(400))
        part = slice(*tree.target_offsets[node : node + 2])
        counts = tree.target_probabilities[part] * tree.weights[node] * 16
        unfolded -= float((counts * np.log(q[tree.target_tokens[part]])).sum()) / 16
    assert abs(packed - unfolded) <= 1e-9


def test_listed_and_lazy_targets_give_the_same_tree() -> None:
    rng = np.random.default_rng(0)
    both = [TARGET, TARGET.outcomes()]
    lazy, listed = exact_trees(both, speller(), nodes=EVERYTHING, tails=0, rng=rng)
    pairs = [dict(zip(_paths(t), t.weights, strict=True)) for t in (lazy, listed)]
    assert pairs[0] == pytest.approx(pairs[1], abs=1e-9)
    assert sorted(lazy.lowest) == pytest.approx(sorted(listed.lowest))
    assert sorted(lazy.highest) == pytest.approx(sorted(listed.highest))


@pytest.mark.parametrize("digits", [1, 3])
def test_trees_are_well_formed(digits: int) -> None:
    rng = np.random.default_rng(0)
    everything = [
        *targets(),
        Outcomes(("red", "green", "blue"), np.array([0.5, 0.3, 0.2])),
        discretise(targets()[0].distribution, 5, 1001),
    ]
    for tree in exact_trees(everything, speller(digits), nodes=24, tails=2, rng=rng):
        assert (tree.parents[0], tree.tokens[0], tree.weights[0]) == (-1, -1, 1.0)
        assert (tree.parents[1:] < np.arange(1, tree.size)).all()
        assert (tree.parents[1:] >= 0).all()
        assert tree.exact.sum() <= 24
        sums = np.add.reduceat(tree.target_probabilities, tree.target_offsets[:-1])
        assert np.abs(sums - 1.0).max() <= 1e-12
        assert (tree.lowest <= tree.highest).all()
        assert (tree.weights > 0).all()


def test_same_seed_same_trees() -> None:
    first, second = (
        exact_trees(targets(), speller(), nodes=8, tails=2, rng=np.random.default_rng(4))
        for _ in range(2)
    )
    for a, b in zip(first, second, strict=True):
        assert (a.tokens == b.tokens).all()
        assert (a.weights == b.weights).all()


def test_impossible_budgets_are_named() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="nodes=0"):
        exact_trees([TARGET], speller(), nodes=0, tails=1, rng=rng)
    with pytest.raises(InputError, match="0 draws"):
        drawn_trees([TARGET], speller(), draws=0, rng=rng)


@pytest.mark.parametrize("make", [exact_trees, path_trees, drawn_trees])
def test_what_cannot_come_has_no_place_in_a_tree(make) -> None:  # noqa: ANN001
    """As if it had not been listed: its prefixes would have no next tokens."""
    options = {"nodes": 99, "tails": 1} if make is exact_trees else {}
    options |= {"paths": 9} if make is path_trees else {}
    options |= {"draws": 9} if make is drawn_trees else {}
    listed = Outcomes(("edge", "heads", "tails"), np.array([0.0, 0.5, 0.5]))
    (tree,) = make([listed], speller(), rng=np.random.default_rng(3), **options)
    (plain,) = make([listed.possible()], speller(), rng=np.random.default_rng(3), **options)
    for name in ("tokens", "weights", "step_weights", "target_tokens", "target_probabilities"):
        np.testing.assert_array_equal(vars(tree)[name], vars(plain)[name])
    assert np.isfinite(tree.step_weights).all()
