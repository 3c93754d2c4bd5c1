"""Every benchmark by its name."""

from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BENCHMARKS, BenchSettings, bench, check_benches
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError, UnknownNameError
from tests.number_model import number_format, number_model, number_tokenizer


def test_unknown_benchmarks_are_refused_with_a_list() -> None:
    with pytest.raises(UnknownNameError, match=", ".join(BENCHMARKS)):
        check_benches(("numerik",))
    with pytest.raises(InputError, match="no benchmark"):
        check_benches(())


def test_every_benchmark_has_settings_that_say_what_decides_its_rows() -> None:
    for name in BENCHMARKS:
        assert {"limit", "seed"} <= bench(name, BenchSettings()).settings.keys()


def test_a_benchmark_runs_with_its_own_settings(tmp_path: Path) -> None:
    settings = BenchSettings(closed_sets=ClosedSetsSettings(limit=1))
    subject = Subject.local(AnsweringModel(number_model(), number_tokenizer(), number_format()))
    seen: list[tuple[int, int]] = []
    one = bench("closed_sets", settings)
    figures = one.run(subject, tmp_path, lambda done, total: seen.append((done, total)))
    assert figures["limit"] == one.settings["limit"] == 1
    assert seen[-1][0] == seen[-1][1] > 0
