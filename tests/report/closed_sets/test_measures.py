from pathlib import Path

from aleator.benchmarks.closed_sets import METRICS
from aleator.report.closed_sets.measures import (
    MEASURES,
    TOP_SHARES,
    VALID_SHARES,
    VARIATIONS,
    main_split,
    split_title,
)
from aleator.report.load import load_results


def test_every_measure_is_one_of_the_benchmark() -> None:
    keys = [measure.key for measure in MEASURES]
    assert len(set(keys)) == len(keys) and set(keys) <= set(METRICS)
    assert {*TOP_SHARES, *VALID_SHARES, *VARIATIONS} <= set(keys)


def test_sentences_are_about_held_out_sets_where_there_are_any(language_runs: Path) -> None:
    bench = load_results([language_runs / "base"]).results[0].closed_sets
    assert bench is not None and main_split([bench]) == "held_out"
    assert main_split([]) == "all"
    assert (split_title("held_out"), split_title("mine")) == ("Held-out sets", "mine")
