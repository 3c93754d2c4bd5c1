import numpy as np
import pytest

from aleator.benchmarks.summary import oracle_summary, summarise_rows
from aleator.files import JsonValue, Row

ROWS: list[Row] = [
    {"family": "a", "kl": 1.0, "w1": 2.0},
    {"family": "a", "kl": 3.0, "w1": None},
    {"family": "b", "kl": 10.0, "w1": 4.0},
    {"family": "c", "kl": 0.0, "w1": None},
]


def _field(value: JsonValue, *names: str) -> JsonValue:
    for name in names:
        assert isinstance(value, dict)
        value = value[name]
    return value


def test_families_weigh_equal_and_what_is_undefined_is_counted() -> None:
    summary = summarise_rows(ROWS, ["kl", "w1"], seed=0)
    assert summary["prompts"] == 4
    assert _field(summary, "family_mean", "kl", "value") == pytest.approx((2 + 10 + 0) / 3)
    assert _field(summary, "family_median", "kl", "value") == pytest.approx(2.0)
    assert _field(summary, "family_mean", "w1", "value") == pytest.approx(3.0)
    assert summary["left_out"] == {"w1": 2}
    assert summary["families"] == {
        "a": {"kl": 2.0, "w1": 2.0},
        "b": {"kl": 10.0, "w1": 4.0},
        "c": {"kl": 0.0, "w1": None},
    }


def test_intervals_hold_their_value() -> None:
    rng = np.random.default_rng(0)
    rows: list[Row] = [{"family": f, "kl": float(rng.random())} for f in "abc" for _ in range(9)]
    mean = _field(summarise_rows(rows, ["kl"], seed=0), "family_mean", "kl")
    assert isinstance(mean, dict)
    low, value, high = (mean[name] for name in ("low", "value", "high"))
    assert isinstance(low, float) and isinstance(value, float) and isinstance(high, float)
    assert low < value < high


def test_a_metric_that_no_prompt_has_is_null() -> None:
    summary = summarise_rows([{"family": "a", "kl": None}], ["kl"], seed=0)
    assert _field(summary, "family_mean", "kl") == {"value": None, "low": None, "high": None}
    assert summary["left_out"] == {"kl": 1}


def test_an_oracle_is_averaged_within_its_repetitions() -> None:
    scores = np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0], [10.0, 20.0, 30.0]])
    summary = oracle_summary(scores, ["a", "a", "b"])
    # Families' means by repetition are 2, 3, 4 and 10, 20, 30.
    assert summary["family_mean"]["value"] == pytest.approx(11.5)
    assert summary["family_median"]["value"] == pytest.approx(11.5)
