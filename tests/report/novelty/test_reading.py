from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.fields import Field
from aleator.report.novelty.reading import read_novelty
from tests.report.language import bench_of


def test_real_results_are_read_as_written(language_runs: Path) -> None:
    written = bench_of(language_runs / "base", "novelty")
    read = read_novelty(Field(written, Path("result.json")))
    assert (read.judges.partition, read.judges.scorer) == ("rule", "validity")
    assert not read.judges.published and read.judges.scorer_weights is None
    ((name, one),) = read.sets.items()
    told = written["sets"][name]
    assert one.prompts == 6 == len(one.distinct)
    assert one.figures["distinct"].value == told["distinct"]["value"]
    assert list(one.distinct_counts) == told["distinct_counts"]
    assert list(one.utility.values()) == told["by_prompt"]["utility"]


def test_lists_of_different_lengths_are_refused(language_runs: Path) -> None:
    written = bench_of(language_runs / "base", "novelty")
    next(iter(written["sets"].values()))["by_prompt"]["utility"].pop()
    with pytest.raises(InputError, match="by_prompt has lists of different lengths"):
        read_novelty(Field(written, Path("result.json")))
