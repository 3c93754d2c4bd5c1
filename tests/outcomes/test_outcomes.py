"""The invariants of outcomes."""

import numpy as np
import pytest

from aleator.errors import InputError
from aleator.outcomes.outcomes import Outcomes


def test_words_and_numbers_are_told_apart() -> None:
    words = Outcomes(("heads", "tails"), np.array([0.5, 0.5]))
    numbers = Outcomes(("0", "1"), np.array([0.25, 0.75]), np.array([0.0, 1.0]))
    assert not words.is_numeric
    assert numbers.is_numeric


@pytest.mark.parametrize(
    ("strings", "probabilities", "message"),
    [
        ((), [], "no outcomes"),
        (("a", "b"), [1.0], "2 outcomes need 2"),
        (("a", "b", "a"), [0.2, 0.3, 0.5], "'a' is listed twice"),
        (("a", ""), [0.5, 0.5], "empty string"),
        (("a", "b"), [1.5, -0.5], "'b' has probability -0.5"),
        (("a", "b"), [np.nan, 1.0], "'a' has probability nan"),
        (("a", "b"), [0.5, 0.4], "sum to 0.9"),
    ],
)
def test_broken_invariants_are_named(
    strings: tuple[str, ...], probabilities: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Outcomes(strings, np.array(probabilities))


def test_values_must_increase() -> None:
    with pytest.raises(InputError, match="increasing"):
        Outcomes(("1", "0"), np.array([0.5, 0.5]), np.array([1.0, 0.0]))


def test_what_cannot_come_is_left_out() -> None:
    numbers = Outcomes(("0", "1", "2"), np.array([0.25, 0.0, 0.75]), np.array([0.0, 1.0, 2.0]))
    possible = numbers.possible()
    assert possible.strings == ("0", "2")
    assert possible.values is not None and possible.values.tolist() == [0.0, 2.0]
    assert possible.possible() is possible
    words = Outcomes(("heads", "edge"), np.array([1.0, 0.0])).possible()
    assert (words.strings, words.values) == (("heads",), None)
