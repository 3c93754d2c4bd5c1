"""Growing one tree on a model whose every probability is known."""

import numpy as np
import pytest

from aleator.evaluation.spelling_states import START, SpellingStates, TextVocabulary, TokenPieces
from aleator.evaluation.spelling_tree import (
    SpellingGrowth,
    SpellingTree,
    Ways,
    log_probabilities,
)
from aleator.evaluation.spellings import Spellings
from tests.evaluation.known_session import PIECES, STOP, KnownSession, tokens_of

ANSWERS = {"1": 0.4, "1.": 0.1, "12": 0.2, "x": 0.1, "x\n": 0.05, "1x": 0.15}
OUTCOMES = ("1", "12", "x")


def _states() -> SpellingStates:
    pieces = TokenPieces.of([*PIECES, "<stop>"], frozenset({STOP}))
    answers = [tokens_of(outcome) for outcome in OUTCOMES]
    return SpellingStates(Spellings.of(OUTCOMES), answers, TextVocabulary(pieces, pieces))


def _grow(session: KnownSession, growth: SpellingGrowth) -> SpellingTree:
    states = _states()
    tree = SpellingTree(states, len(OUTCOMES), STOP, growth)
    root = np.array([START])
    ways = tree.ways(root)
    logs = log_probabilities(session.root_logits, ways)
    tree.expand(np.array([0]), root, np.ones(1), ways, logs)
    while (pick := tree.pick()).masses.size:
        first = len(session.nodes)
        (logits,) = session.extend([pick.tokens], [pick.parents])
        ways = tree.ways(pick.states)
        nodes = np.arange(first, len(session.nodes))
        logs = log_probabilities(logits, ways)
        tree.expand(nodes, pick.states, pick.masses, ways, logs)
    return tree


def test_a_grown_tree_knows_all_masses() -> None:
    tree = _grow(KnownSession(ANSWERS), SpellingGrowth(tolerance=0.0, floor=0.0))
    assert np.abs(tree.masses - [0.5, 0.2, 0.15]).max() <= 1e-6
    assert tree.listed_mass == pytest.approx(0.7, abs=1e-6)
    assert tree.unexpanded_mass <= 1e-9


def test_another_tokenisation_counts() -> None:
    parts = (PIECES.index("1"), PIECES.index("2"))
    assert tokens_of("12") != parts
    answers = {parts: 0.25, tokens_of("12"): 0.5, tokens_of("-"): 0.25}
    tree = _grow(KnownSession(answers), SpellingGrowth(tolerance=0.0, floor=0.0))
    assert tree.masses[1] == pytest.approx(0.75, abs=1e-6)
    assert tree.listed_mass == pytest.approx(0.75, abs=1e-6)


@pytest.mark.parametrize("growth", [SpellingGrowth(max_nodes=1), SpellingGrowth(tolerance=0.9)])
def test_what_is_missing_is_within_what_is_unexpanded(growth: SpellingGrowth) -> None:
    tree = _grow(KnownSession(ANSWERS), growth)
    missing = 0.85 - tree.masses.sum()
    assert 0 < missing <= tree.unexpanded_mass + 1e-6


def test_light_prefixes_are_dropped_and_counted() -> None:
    answers = {"1": 0.9, "x": 1e-4, "-": 0.0999}
    tree = _grow(KnownSession(answers), SpellingGrowth(tolerance=0.0, floor=1e-3))
    assert tree.masses[2] == 0
    assert tree.unexpanded_mass == pytest.approx(1e-4, rel=1e-3)


def test_heaviest_first_and_not_more_than_asked() -> None:
    session = KnownSession(ANSWERS)
    tree = _grow(session, SpellingGrowth(max_nodes=2, round_nodes=1))
    assert tree.grown == session.calls == 2
    assert session.nodes[1] == tokens_of("1")


def test_parts_of_ways_count_their_prefixes_anew() -> None:
    states = _states()
    first = int(states.moves(START).states[0])
    ways = Ways.of(states, np.array([START, first, START]), STOP)
    part = ways.part(1, 3)
    assert part.rows[0] == 0 and part.rows[-1] == 1
    assert part.tokens.tolist() == ways.tokens[ways.rows >= 1].tolist()
    assert ways.stops.sum() == 3
