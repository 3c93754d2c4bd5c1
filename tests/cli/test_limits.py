"""`--limit` as a number for all, and by benchmark."""

import pytest

from aleator.cli.limits import Limits, parse_limits
from aleator.errors import InputError

RUN = ("numeric", "closed_sets")


def test_nothing_limits_nothing() -> None:
    assert parse_limits(None, RUN).of("numeric") is None


def test_a_number_is_for_all_benchmarks() -> None:
    limits = parse_limits("5", RUN)
    assert limits == Limits(5)
    assert limits.of("numeric") == limits.of("closed_sets") == 5


def test_a_named_limit_is_for_that_benchmark_alone() -> None:
    limits = parse_limits("closed_sets=20", RUN)
    assert limits.of("closed_sets") == 20
    assert limits.of("numeric") is None
    assert parse_limits("closed_sets=20, numeric=3", RUN).of("numeric") == 3


@pytest.mark.parametrize("told", ["0", "-1", "two", "1.5", "numeric=0", "numeric=", "=3", "²"])
def test_what_is_no_count_is_refused(told: str) -> None:
    with pytest.raises(InputError, match=r"at least 1|NAME=VALUE"):
        parse_limits(told, RUN)


def test_a_limit_of_a_benchmark_that_is_not_run_is_refused() -> None:
    with pytest.raises(InputError, match="'open_ended', which is not run.*numeric, closed_sets"):
        parse_limits("open_ended=3", RUN)
