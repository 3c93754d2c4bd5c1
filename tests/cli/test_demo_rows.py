from pathlib import Path

from aleator.benchmarks.closed_prompts import ClosedSetsSettings, closed_prompts
from aleator.cli.demo_rows import TARGETS, log_name, row_counts, told_counts
from aleator.recipe_files import target_file_path


def test_without_limits_everything_is_counted() -> None:
    counts = row_counts({})
    assert counts["numeric"] == 591 + 92
    assert counts["closed_sets"] == len(
        closed_prompts(ClosedSetsSettings(targets=target_file_path(TARGETS)))
    )
    assert told_counts({}) == []


def test_a_limit_counts_for_its_benchmark_alone() -> None:
    counts = row_counts({"closed_sets": 3})
    assert counts == {**row_counts({}), "closed_sets": 6}  # 3 of training, 3 held out


def test_what_is_not_asked_is_told_in_answers() -> None:
    assert told_counts({"numeric": 4, "mcq_positions": 2}) == [
        "numeric 8 of 683",
        "mcq_positions 200 of 1,000",
    ]


def test_a_limit_above_what_there_is_leaves_nothing_out() -> None:
    assert told_counts({"open_ended": 10_000}) == []


def test_logs_are_called_as_the_benchmarks_call_them() -> None:
    assert Path(log_name("numeric")).stem == "numeric"
    assert log_name("novelty") == "novelty.generations.jsonl"
