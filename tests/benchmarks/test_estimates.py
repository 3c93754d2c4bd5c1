import math

from aleator.benchmarks.estimates import as_estimate, as_reference, defined, known_total
from aleator.metrics.intervals import Interval
from aleator.metrics.oracle import OracleRow


def test_intervals_and_references() -> None:
    assert as_estimate(Interval(2.0, 1.0, 3.0, 5, 0)) == {"value": 2.0, "low": 1.0, "high": 3.0}
    assert as_reference(OracleRow(2.0, 1.0, 3.0)) == {"value": 2.0, "low": 1.0, "high": 3.0}


def test_what_is_undefined_is_none() -> None:
    nothing = Interval(math.nan, math.nan, math.nan, 0, 3)
    assert as_estimate(nothing) == {"value": None, "low": None, "high": None}
    assert as_reference(OracleRow(math.nan, math.nan, math.nan)) == as_estimate(nothing)
    assert defined(math.inf) is None and defined(0.0) == 0.0


def test_totals() -> None:
    assert known_total([1, 2, 3]) == 6 and known_total([]) == 0
    assert known_total([1, None, 3]) is None
