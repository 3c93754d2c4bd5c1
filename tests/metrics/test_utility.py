from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.metrics.utility import PATIENCE, distinct, earned, utility

CLASSES = st.lists(st.integers(0, 5), min_size=1, max_size=12)


def test_only_the_first_of_a_class_earns() -> None:
    assert earned([0, 0, 1, 0, 2, 1], [7, 9, 3, 10, 1, 8]) == [7, 0, 3, 0, 1, 0]
    assert distinct([0, 0, 1, 0, 2, 1]) == 3
    assert distinct([]) == 0 and earned([], []) == []


def test_each_answer_needs_a_rating() -> None:
    with pytest.raises(ValueError, match="argument"):
        earned([0, 1], [3])


def test_utility_in_closed_form() -> None:
    """With one class only the first answer earns: r (1 - p) / (1 - p^k)."""
    collapsed = utility(earned([0] * 10, [7] * 10))
    assert collapsed == pytest.approx(7 * (1 - 0.8) / (1 - 0.8**10), rel=1e-12)
    assert collapsed == pytest.approx(7 * 0.22406, rel=1e-4)
    assert utility(earned(range(10), [10] * 10)) == pytest.approx(10)


def test_utility_without_answers_is_undefined() -> None:
    assert utility([]) is None


@given(classes=CLASSES, data=st.data())
def test_utility_in_exact_fractions(classes: list[int], data: st.DataObject) -> None:
    size = len(classes)
    ratings = data.draw(st.lists(st.integers(1, 10), min_size=size, max_size=size))
    patience = Fraction(4, 5)
    top = sum(
        (patience**i * ratings[i] for i in range(size) if classes[i] not in classes[:i]),
        start=Fraction(0),
    )
    expected = top / sum((patience**i for i in range(size)), start=Fraction(0))
    found = utility(earned(classes, ratings))
    assert found is not None
    assert abs(found - float(expected)) <= 1e-12
    assert float(patience) == PATIENCE
