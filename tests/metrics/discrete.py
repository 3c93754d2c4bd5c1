"""Weighted values that the tests of the metrics draw."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Weighted(NamedTuple):
    """Values, in any order and not always different, and their probabilities."""

    values: FloatArray
    probabilities: FloatArray


def probabilities(size: int) -> st.SearchStrategy[FloatArray]:
    """Distributions over `size` outcomes, zeros among them."""
    weights = st.lists(st.integers(0, 50), min_size=size, max_size=size).filter(any)
    return weights.map(lambda drawn: np.array(drawn) / sum(drawn))


@st.composite
def weighted_values(draw: st.DrawFn) -> Weighted:
    """Up to eight weighted values between -20 and 20."""
    size = draw(st.integers(1, 8))
    values = draw(st.lists(st.integers(-80, 80), min_size=size, max_size=size))
    return Weighted(np.array(values) / 4, draw(probabilities(size)))
