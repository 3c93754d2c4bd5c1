from dataclasses import replace
from pathlib import Path

import pytest

from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.retention.comparing import Line
from aleator.report.tradeoff.points import (
    Gauge,
    Point,
    choose_gauge,
    trade_off_points,
)
from tests.report.conftest import EvaluationMaker

GAUGE = Gauge("", "numeric", "held_out_families", "w1_normalised")


@pytest.fixture(scope="module")
def points(retained: Collection, retained_lines: tuple[Line, ...]) -> tuple[Point, ...]:
    return trade_off_points(retained, retained_lines, GAUGE)


def test_base_first_then_adapters_scales_ascending(points: tuple[Point, ...]) -> None:
    assert [(one.label, one.scale) for one in points] == [
        ("base", None),
        ("soft", 1.0),
        ("hard", 1.0),
        ("dial ×0", 0.0),
        ("dial ×0.25", 0.25),
        ("dial ×0.5", 0.5),
        ("dial ×0.75", 0.75),
        ("dial", 1.0),
    ]
    assert [one.place for one in points] == [0, 1, 2, 3, 3, 3, 3, 3]
    assert [one.is_base for one in points] == [True] + [False] * 7


def test_more_of_the_adapter_is_better_calibrated_and_loses_more(
    points: tuple[Point, ...],
) -> None:
    dial = [one for one in points if one.place == 3]
    calibration = [one.calibration.estimate.value or 0.0 for one in dial]
    knowledge = [one.kept["knowledge"].value or 0.0 for one in dial]
    perplexity = [one.kept["perplexity"].value or 0.0 for one in dial]
    assert calibration == sorted(calibration, reverse=True)
    assert knowledge == sorted(knowledge, reverse=True) and knowledge[-1] == pytest.approx(-7.5)
    assert perplexity == sorted(perplexity) and perplexity[-1] > 4


def test_base_stands_at_no_change_and_scale_0_was_measured(points: tuple[Point, ...]) -> None:
    base, zero = points[0], points[3]
    assert base.kept == {"knowledge": Estimate(0.0), "perplexity": Estimate(0.0)}
    low, high = zero.kept["knowledge"].low, zero.kept["knowledge"].high
    assert zero.kept["knowledge"].value == 0.0 and low is not None and high is not None
    assert low < 0 < high


def test_sources_are_of_the_file_itself(points: tuple[Point, ...], retained_runs: Path) -> None:
    place = "bench.numeric.splits.held_out_families.family_mean.w1_normalised"
    assert points[4].calibration.source == (f"{retained_runs}/dial/scale-0.25/result.json: {place}")


def test_a_scale_0_alone_serves_as_base(retained_runs: Path) -> None:
    collection = load_results([retained_runs / "dial"])
    assert [result.label for result in collection.results] == ["dial ×0", "dial"]
    points = trade_off_points(collection, (), GAUGE)
    assert [one.is_base for one in points] == [True, False, False, False, False]
    assert points[1].kept["knowledge"].value is not None


def test_the_gauge_is_what_most_evaluations_have(retained: Collection, language_runs: Path) -> None:
    found = choose_gauge(retained.results)
    assert found is not None and found.title == "normalised W1, held-out families"
    draws = [
        replace(
            one,
            splits={
                name: replace(split, family_mean={"w1_sampled": Estimate(0.4)})
                for name, split in one.splits.items()
            },
        )
        for one in retained.results
    ]
    found = choose_gauge(draws)
    assert found is not None and found.metric == "w1_sampled"
    words = [replace(one, splits={}) for one in load_results([language_runs]).results]
    found = choose_gauge(words)
    assert found is not None and found.bench == "closed_sets"
    assert choose_gauge([replace(one, splits={}) for one in retained.results]) is None


def test_without_a_gauge_calibration_is_undefined(retained: Collection) -> None:
    points = trade_off_points(retained, (), None)
    assert {one.calibration.estimate for one in points} == {Estimate(None)}


def test_the_weight_of_an_anchor_is_read_from_the_training(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.yaml").write_text("method: soft\nanchor: ab12\nrecipe: {anchor: {weight: 0.3}}\n")
    base = make_evaluation("base").write()
    held = make_evaluation("held", adapter=str(run / "adapter")).write()
    collection = load_results([base, held])
    assert collection.results[1].training["anchor"] == "ab12"
    assert [one.anchor for one in trade_off_points(collection, (), GAUGE)] == [None, "0.3"]
