"""The prefix trie against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.errors import InputError
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.trie import PrefixTrie, next_token_probabilities
from tests.tokens.forests import written_out

STOP = 99
ANSWERS = st.lists(
    st.lists(st.integers(0, 3), min_size=1, max_size=5).map(tuple),
    min_size=1,
    max_size=25,
    unique=True,
)


def _outcomes(count: int) -> Outcomes:
    weights = np.arange(1, count + 1, dtype=np.float64)
    return Outcomes(tuple(f"o{i}" for i in range(count)), weights / weights.sum())


@given(ANSWERS)
def test_every_prefix_has_its_mass(answers: list[tuple[int, ...]]) -> None:
    outcomes = _outcomes(len(answers))
    trie = written_out(PrefixTrie(outcomes, answers, STOP))
    ended = [(*answer, STOP) for answer in answers]
    prefixes = {answer[:length] for answer in ended for length in range(len(answer) + 1)}
    assert set(trie) == prefixes
    for prefix, (mass, step_mass, first, last, terminal) in trie.items():
        below = [i for i, answer in enumerate(ended) if answer[: len(prefix)] == prefix]
        assert abs(mass - outcomes.probabilities[below].sum()) <= 1e-12
        steps = sum(outcomes.probabilities[i] / len(ended[i]) for i in below)
        assert abs(step_mass - steps) <= 1e-12
        assert (first, last) == (min(below), max(below))
        assert terminal == prefix[-1:].__contains__(STOP)


def test_next_tokens_of_the_root() -> None:
    trie = PrefixTrie(_outcomes(3), [(1, 2), (1, 3), (2,)], STOP)
    tokens, probabilities = next_token_probabilities(trie, 0)
    assert dict(zip(tokens.tolist(), probabilities.tolist(), strict=True)) == pytest.approx(
        {1: 0.5, 2: 0.5}
    )


def test_an_outcome_without_tokens_of_its_own_is_named() -> None:
    with pytest.raises(InputError, match="'o1'"):
        PrefixTrie(_outcomes(2), [(1,), (1,)], STOP)
    with pytest.raises(InputError, match="'o0'"):
        PrefixTrie(_outcomes(2), [(), (1,)], STOP)
