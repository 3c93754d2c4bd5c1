from pathlib import Path

from aleator.report.load import load_results
from aleator.report.price_table import price_section
from tests.report.language import bench_of


def test_ways_of_asking_stand_beside_plain_asking(language_runs: Path) -> None:
    section = price_section(load_results([language_runs]))
    assert section is not None and section.places == (0, 1, 2, 3)
    assert section.table.titles == ("Closed sets", "Open-ended")
    assert section.table.counts[1] == (
        "plain, 320 draws",
        "plain, 320 draws",
        "temperature 3, 320 draws",
        "ssot, 320 draws",
    )
    rows = {row.measure.key: row for row in section.table.rows}
    labels = [result.label for result in load_results([language_runs]).results]
    seeds = labels.index("seeds · ssot")
    cells = rows["tokens_per_answer"].groups[1]
    assert cells[seeds].text == "–" and cells[0].exact
    written = bench_of(language_runs / "seeds", "open_ended")["method"]["tokens_per_draw"]
    draw = rows["tokens_per_draw"].groups[1][seeds]
    assert draw.exact == repr(written["value"])
    assert draw.source.endswith("seeds/result.json: bench.open_ended.method.tokens_per_draw")


def test_plain_asking_alone_needs_no_table(language_runs: Path) -> None:
    assert price_section(load_results([language_runs / "base", language_runs / "even"])) is None
