from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aleator.report.comparisons import GOALS, compare, goal_lines, verdict
from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.results import Collection, PromptResult, Result
from tests.report.conftest import EvaluationMaker
from tests.report.handmade import FAMILIES


def _result(label: str, figures: dict[str, list[float | None]], adapter: str | None) -> Result:
    """One split of hand-made families; a prompt's key is its family and place."""
    rows = tuple(
        PromptResult(f"{family}/{n}", "s", family, "p", (), {"m": value}, None)
        for family, values in figures.items()
        for n, value in enumerate(values)
    )
    return Result(label, Path(label), "model", adapter, 0, {}, None, {}, {}, {}, rows)


def test_the_ratio_is_that_of_family_balanced_means() -> None:
    base = _result("base", {"a": [1.0, 3.0], "b": [10.0]}, None)
    soft = _result("soft", {"a": [0.5, 0.5], "b": [1.0]}, "dir")
    found = compare(soft, base, "m", "s")
    assert found.base_mean == pytest.approx((2.0 + 10.0) / 2)
    assert found.mean == pytest.approx((0.5 + 1.0) / 2)
    assert found.ratio.value == pytest.approx(0.75 / 6.0)
    assert (found.prompts, found.left_out, found.single_prompt_families) == (3, 0, 1)


def test_the_interval_is_that_of_a_paired_bootstrap_within_families(
    rng: np.random.Generator,
) -> None:
    """Against a plain loop over resamples; the two use different draws."""
    theirs = {"a": rng.gamma(3.0, 1.0, 9), "b": rng.gamma(3.0, 4.0, 5)}
    ours = {name: values * rng.uniform(0.1, 0.6, len(values)) for name, values in theirs.items()}
    base = _result("base", {name: list(values) for name, values in theirs.items()}, None)
    soft = _result("soft", {name: list(values) for name, values in ours.items()}, "dir")
    ratios = []
    for _ in range(4000):
        drawn = {name: rng.integers(len(values), size=len(values)) for name, values in ours.items()}
        top = np.mean([ours[name][drawn[name]].mean() for name in ours])
        bottom = np.mean([theirs[name][drawn[name]].mean() for name in ours])
        ratios.append(top / bottom)
    low, high = np.quantile(ratios, [0.025, 0.975])
    found = compare(soft, base, "m", "s").ratio
    # Monte Carlo error of a 2.5% quantile from 2,000 draws: under a tenth of the interval.
    assert found.low == pytest.approx(low, abs=0.1 * (high - low))
    assert found.high == pytest.approx(high, abs=0.1 * (high - low))


def test_prompts_that_do_not_pair_are_left_out_and_counted() -> None:
    base = _result("base", {"a": [2.0, None, 4.0, 100.0], "b": [1.0]}, None)
    soft = _result("soft", {"a": [1.0, 9.0, None], "c": [7.0]}, "dir")
    found = compare(soft, base, "m", "s")
    assert (found.mean, found.base_mean, found.ratio.value) == (1.0, 2.0, 0.5)
    assert (found.prompts, found.left_out) == (1, 5)


@pytest.mark.parametrize("metric", ["m", "absent"])
def test_where_nothing_compares_the_ratio_is_undefined(metric: str) -> None:
    base = _result("base", {"a": [0.0]}, None)
    soft = _result("soft", {"a": [1.0]}, "dir")
    assert compare(soft, base, metric, "s").ratio == Estimate(None, None, None)
    assert compare(soft, base, metric, "another split").prompts == 0


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.1, 0.5, "met"),
        (0.1, 0.501, "undecided"),
        (0.5, 0.9, "undecided"),
        (0.501, 0.9, "not met"),
        (None, None, "not measured"),
    ],
)
def test_a_goal_is_decided_by_the_whole_interval(
    low: float | None, high: float | None, expected: str
) -> None:
    assert verdict(Estimate(0.5, low, high), 0.5) == expected


def test_every_goal_is_held_against_every_condition(three_conditions: list[Path]) -> None:
    lines = goal_lines(load_results(three_conditions))
    assert [(line.goal, line.comparison.label) for line in lines] == [
        (goal, label) for goal in GOALS for label in ("soft", "hard")
    ]
    assert {line.verdict for line in lines} == {"met"}


def test_without_a_base_there_are_no_lines(make_evaluation: EvaluationMaker) -> None:
    soft = make_evaluation("soft", adapter="dir").write()
    assert goal_lines(load_results([soft])) == ()


def test_a_condition_of_another_model_is_not_compared(three_conditions: list[Path]) -> None:
    base, soft, hard = load_results(three_conditions).results
    other = replace(soft, model="another")
    lines = goal_lines(Collection((base, other, hard)))
    assert {line.comparison.label for line in lines} == {"hard"}


def test_the_means_are_those_of_result_json(three_conditions: list[Path]) -> None:
    """Computed here from the rows, there by the evaluation: the same figures."""
    base, soft, _ = load_results(three_conditions).results
    for split in FAMILIES:
        found = compare(soft, base, "w1_normalised", split)
        assert found.mean == pytest.approx(soft.splits[split].family_mean["w1_normalised"].value)
