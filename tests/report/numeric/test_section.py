from dataclasses import replace
from pathlib import Path

from aleator.report.comparisons import goal_lines
from aleator.report.load import load_results
from aleator.report.numeric.section import NumericSection, numeric_section
from aleator.report.results import Collection
from tests.report.language import changed, copied


def _section(collection: Collection) -> NumericSection | None:
    return numeric_section(collection, goal_lines(collection))


def test_conditions_without_numbers_are_left_away(language_runs: Path) -> None:
    collection = load_results([language_runs])
    section = _section(collection)
    assert section is not None and section.places == (0, 1) == section.drawn
    assert all(len(group) == 2 for row in section.means.rows for group in row.groups)
    assert all(len(counts) == 2 for counts in section.means.counts)
    assert all(len(group) == 2 for row in section.family_tables[0].rows for group in row.groups)
    assert all(list(panel.distances) == [0, 1] for panel in section.panels)


def test_colours_follow_the_page_where_a_condition_in_between_has_no_numbers(
    language_runs: Path, tmp_path: Path
) -> None:
    base, even, hot = copied(language_runs, tmp_path, "base", "even", "hot")
    changed(base, {"numeric": None})
    collection = load_results([base, hot, even])
    section = _section(collection)
    assert section is not None and section.places == (2,)
    assert "var(--series-2)" in section.panels[0].drawing
    assert "var(--series-0)" not in section.panels[0].drawing
    assert section.goal_lines == () and section.goals_drawing is None


def test_prompted_models_have_no_goals(language_runs: Path) -> None:
    base, even = load_results([language_runs / "base", language_runs / "even"]).results
    prompted = replace(even, adapter=None, label="prompted")
    assert goal_lines(Collection((base, even)))
    assert not goal_lines(Collection((base, prompted)))


def test_intervals_without_width_are_not_shown(language_runs: Path) -> None:
    """Real results cut to three prompts a split: no family has two."""
    collection = load_results([language_runs])
    section = _section(collection)
    assert section is not None
    assert section.single_prompts == tuple(
        f"{split}: 3 of 3 families evaluated have one prompt only; a bootstrap within families "
        "has no width then, and no interval is shown."
        for split in ("Held-out families", "Unseen parameters")
    )
    for row in (*section.means.rows, *section.medians.rows):
        shown = [cell.interval for group in row.groups for cell in group]
        assert all(shown) if row.measure.key == "w1_oracle" else not any(shown)
    assert all(line.comparison.shown_ratio.low is None for line in section.goal_lines)


def test_without_numbers_there_is_no_section(language_runs: Path) -> None:
    assert _section(load_results([language_runs / "hot"])) is None
