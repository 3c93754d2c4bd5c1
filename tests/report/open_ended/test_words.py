from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from aleator.report.load import load_results
from aleator.report.open_ended.words import compare_open, open_ended_told
from aleator.report.results import Collection, Result


def _with_figures(result: Result, **figures: float | None) -> Result:
    bench = result.open_ended
    assert bench is not None
    rows = {
        key: replace(row, figures={**row.figures, **figures}) for key, row in bench.rows.items()
    }
    return replace(result, open_ended=replace(bench, rows=rows))


def test_support_sizes_are_compared_by_geometric_means(language_runs: Path) -> None:
    base, even = load_results([language_runs / "base", language_runs / "even"]).results
    assert base.open_ended is not None and even.open_ended is not None
    sizes = [
        stats.gmean([size for size in one.column("support_size").values() if size is not None])
        for one in (even.open_ended, base.open_ended)
    ]
    found = compare_open(even, base)
    assert found.support.change.value == pytest.approx(sizes[0] / sizes[1])
    told = open_ended_told(Collection((base, even)))
    assert "paired over 8 prompts" in told.details[0]
    assert told.base[0].startswith("base, open-ended: half of the prompts choose from 2.00 first")
    assert told.changes[0].startswith("Open-ended. even: support size 5.00 times base's and share")


def test_silence_is_a_failure(language_runs: Path) -> None:
    base, even = load_results([language_runs / "base", language_runs / "even"]).results
    quiet = Collection((_with_figures(base, empty_rate=0.1), _with_figures(even, empty_rate=0.5)))
    assert "even, open-ended: more answers are empty, 10% before, 50% after." in (
        open_ended_told(quiet).failures
    )


def test_nothing_to_compare_is_said(language_runs: Path) -> None:
    told = open_ended_told(load_results([language_runs / "base", language_runs / "seeds"]))
    assert told.details == (
        "seeds · ssot: not compared with base, for they share no prompt with a figure.",
    )
    assert told.changes == ()


def test_a_prompt_only_one_has_is_counted(language_runs: Path) -> None:
    base, even = load_results([language_runs / "base", language_runs / "even"]).results
    bench = even.open_ended
    assert bench is not None
    rows = dict(list(bench.rows.items())[1:])
    fewer = replace(even, open_ended=replace(bench, rows=rows))
    told = open_ended_told(Collection((base, fewer)))
    assert "paired over 7 prompts, 1 not compared" in told.details[0]
