from pathlib import Path

import pytest

from aleator.benchmarks.price import cost_figures, cost_path
from aleator.sampling.cost import PromptCost

NOTHING = {"value": None, "low": None, "high": None}


def test_sums_and_rates() -> None:
    costs = [PromptCost(10, 100, 0), PromptCost(10, 300, 5), PromptCost(20, 200, 20)]
    figures = cost_figures(costs, seed=0)
    assert [figures[name] for name in ("prompts", "draws", "written_tokens", "invalid")] == [
        3,
        40,
        600,
        25,
    ]
    values = {}
    for name in ("tokens_per_draw", "tokens_per_answer", "invalid_rate"):
        interval = figures[name]
        assert isinstance(interval, dict)
        values[name] = interval["value"]
    assert values == pytest.approx(
        {"tokens_per_draw": 50 / 3, "tokens_per_answer": 600 / 15, "invalid_rate": 0.5}
    )
    rate = figures["invalid_rate"]
    assert isinstance(rate, dict)
    assert rate["low"] == 0.0 and rate["high"] == 1.0  # three prompts say little


def test_the_ends_of_what_is_everywhere_the_same() -> None:
    figures = cost_figures([PromptCost(10, 120, 4)] * 3, seed=0)
    assert figures["tokens_per_draw"] == {"value": 12.0, "low": 12.0, "high": 12.0}
    assert figures["tokens_per_answer"] == pytest.approx(dict.fromkeys(NOTHING, 20.0))
    assert figures["invalid_rate"] == pytest.approx(dict.fromkeys(NOTHING, 0.4))


def test_one_prompt_without_an_answer_takes_the_ends() -> None:
    """Some of the bootstrap's samples are of that prompt alone."""
    figures = cost_figures([PromptCost(10, 50, 10), PromptCost(10, 50, 0)], seed=0)
    assert figures["tokens_per_answer"] == {"value": 10.0, "low": None, "high": None}


def test_no_answer_at_all_has_no_price() -> None:
    figures = cost_figures([PromptCost(10, 50, 10)] * 2, seed=0)
    assert figures["tokens_per_answer"] == NOTHING
    assert figures["invalid_rate"] == {"value": 1.0, "low": 1.0, "high": 1.0}


@pytest.mark.parametrize("costs", [[], [PromptCost(0, 0, 0)]])
def test_without_draws_nothing_is_defined(costs: list[PromptCost]) -> None:
    figures = cost_figures(costs, seed=0)
    assert figures["draws"] == figures["prompts"] == 0
    assert figures["tokens_per_draw"] == figures["invalid_rate"] == NOTHING
    assert figures["tokens_per_answer"] == NOTHING


def test_costs_lie_beside_the_rows() -> None:
    assert cost_path(Path("run"), "numeric") == Path("run/rows/numeric_cost.jsonl")
