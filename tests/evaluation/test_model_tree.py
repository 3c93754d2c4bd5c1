import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.families import family
from aleator.evaluation.growth import spelling_probabilities
from aleator.evaluation.model_tree import GrowthPolicy, ModelTree, systematic_sample
from aleator.evaluation.target_reference import target_reference
from aleator.outcomes.lattice import NumericTarget
from tests.evaluation.known_session import KnownSession, grown_tree, vocabulary

NORMAL = target_reference(NumericTarget.of(family("gaussian").distribution(mu=0.0, sigma=1.0), 2))
POISSON = target_reference(NumericTarget.of(family("poisson").distribution(**{"lambda": 4.0})))
EVERYTHING = GrowthPolicy(tolerance=0.0, sample_nodes=10_000, floor=0.0)


def test_all_mass_is_accounted_for() -> None:
    session = KnownSession({"0.53": 0.3, "-1.2": 0.2, "1e5": 0.1, "x": 0.1, "7x": 0.1, "12": 0.2})
    tree = grown_tree(session, NORMAL, GrowthPolicy(max_nodes=3, sample_nodes=2))
    dead = tree.vocabulary.automaton.dead
    gone = tree.flows[:, dead].sum()
    beyond = 0.1  # "x" is no numeral token, so that its mass is in no column
    total = tree.stop_masses.sum() + tree.frontier.masses.sum() + tree.dropped.sum() + gone
    assert 1.0 - total == pytest.approx(beyond + 0.1 * ("7" in tree.texts), abs=1e-6)


def test_frontier_values_are_what_their_texts_say() -> None:
    answers = {"-0.57": 0.3, "12.25": 0.3, "+.5 ": 0.2, "0012": 0.1, "1.5e3": 0.1}
    tree = grown_tree(KnownSession(answers), NORMAL, EVERYTHING)
    assert len(tree.frontier) == 0
    values = tree.expanded.values
    for text, value, mantissa in zip(tree.texts, values, tree.expanded.mantissas, strict=True):
        if "e" in text:
            assert np.isnan(mantissa)
        elif any(character.isdigit() for character in text):
            assert value == float(text)


def test_widths_and_bins_split_what_is_open() -> None:
    answers = {"0.5": 0.4, "0.53": 0.2, "3.1": 0.2, "3 ": 0.1, "1e2": 0.1}
    tree = grown_tree(KnownSession(answers), NORMAL, EVERYTHING)
    widths, split = tree.widths(tree.expanded)
    at = {text: place for place, text in enumerate(tree.texts)}
    assert widths[at["0.5"]] == pytest.approx(0.1)
    assert split[at["0.5"]]  # twenty bins of a normal: two borders lie in [0.5, 0.6)
    assert widths[at["0.53"]] == 0.0 and not split[at["0.53"]]
    assert np.isinf(widths[at["3"]]) and split[at["3"]]
    assert not split[at["3.1"]]  # all of it lies in the last bin
    assert widths[at["3 "]] == 0.0 and not split[at["3 "]]
    assert np.isinf(widths[at["1e"]]) and split[at["1e"]]


def test_a_discrete_target_looks_one_digit_behind_the_point() -> None:
    tree = grown_tree(KnownSession({"3.0": 0.5, "3.5": 0.5}), POISSON, EVERYTHING)
    _, split = tree.widths(tree.expanded)
    at = {text: place for place, text in enumerate(tree.texts)}
    assert split[at["3."]] and not split[at["3.0"]]


def test_rounds_and_caps_are_kept() -> None:
    outcomes = NORMAL.target.outcomes()
    session = KnownSession(dict(zip(outcomes.strings, outcomes.probabilities, strict=True)))
    policy = GrowthPolicy(max_nodes=40, round_nodes=16, sample_nodes=8)
    tree = grown_tree(session, NORMAL, policy)
    states = len(np.unique(tree.expanded.states))
    assert 40 <= tree.grown <= 40 + 8 * states
    assert session.calls >= 3


def test_growth_is_best_first() -> None:
    """No prefix left on the frontier weighs more than one that was expanded before the sample."""
    outcomes = NORMAL.target.outcomes()
    session = KnownSession(dict(zip(outcomes.strings, outcomes.probabilities, strict=True)))
    tree = ModelTree(vocabulary(), NORMAL, GrowthPolicy(max_nodes=30, round_nodes=1))
    root = np.zeros(1, dtype=np.int64)
    tree.expand(root, root, spelling_probabilities(session.root_logits, tree.vocabulary))
    for _ in range(20):
        pick = tree.pick()
        weights = tree.frontier.masses * tree.stakes()
        assert weights[pick] == pytest.approx(weights.max())
        tokens, parents = tree.request(pick)
        logits = session.extend([tokens], [parents])[0]
        nodes = np.arange(len(session.nodes) - pick.size, len(session.nodes))
        tree.expand(pick, nodes, spelling_probabilities(logits, tree.vocabulary))


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=60), st.integers(1, 20))
def test_a_systematic_sample_meets_what_is_heavy(masses: list[float], size: int) -> None:
    array = np.array(masses)
    places = systematic_sample(array, size)
    assert len(set(places.tolist())) == len(places) <= max(size, 1)
    if len(array) > size:
        heavy = np.flatnonzero(array > array.sum() / size * (1 + 1e-9))
        assert set(heavy.tolist()) <= set(places.tolist())
    else:
        assert places.tolist() == list(range(len(array)))
