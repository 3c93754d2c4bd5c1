from pathlib import Path

from aleator.report.fields import Field
from aleator.report.numeric.reading import read_prompts, read_splits
from tests.report.language import bench_of


def test_real_results_are_read(language_runs: Path) -> None:
    written = bench_of(language_runs / "base", "numeric")
    splits = read_splits(Field(written, Path("result.json")))
    assert list(splits) == list(written["splits"])
    for name, split in splits.items():
        told = written["splits"][name]
        assert split.prompts == told["prompts"] == 3
        assert split.family_mean["value_tv"].value == told["family_mean"]["value_tv"]["value"]
    rows = read_prompts(language_runs / "base")
    assert len(rows) == 6 and all(row.curve is not None for row in rows)
    assert "split" not in rows[0].metrics and "value_tv" in rows[0].metrics
