import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.metrics.multiplicity import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_holm_is_the_plain_procedure() -> None:
    assert holm([0.01, 0.04, math.nan, 0.03])[:2] == pytest.approx([0.03, 0.06])
    assert holm([0.01, 0.04, math.nan, 0.03])[3] == pytest.approx(0.06)
    assert math.isnan(holm([0.01, math.nan])[1])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([]) == []


@given(P_VALUES)
def test_holm_rejects_what_stepping_down_rejects(p_values: list[float]) -> None:
    rejected = set()
    for step, place in enumerate(sorted(range(len(p_values)), key=lambda one: p_values[one])):
        if p_values[place] * (len(p_values) - step) > 0.05:
            break
        rejected.add(place)
    assert {place for place, p in enumerate(holm(p_values)) if p <= 0.05} == rejected


@given(P_VALUES)
def test_benjamini_hochberg_rejects_up_to_the_last_below_the_line(p_values: list[float]) -> None:
    ordered = sorted(p_values)
    below = [p for step, p in enumerate(ordered, start=1) if p <= 0.05 * step / len(ordered)]
    line = max(below, default=-1.0)
    adjusted = benjamini_hochberg(p_values)
    for p, one in zip(p_values, adjusted, strict=True):
        assert (one <= 0.05) == (p <= line) or abs(one - 0.05) <= 1e-12


def test_undefined_p_values_are_no_tests() -> None:
    found = benjamini_hochberg([0.01, math.nan, 0.04])
    assert math.isnan(found[1])
    assert np.abs(np.array([found[0], found[2]]) - [0.02, 0.04]).max() <= 1e-12
    assert benjamini_hochberg([]) == []
