from dataclasses import replace
from pathlib import Path

from aleator.report.closed_sets.reading import ClosedSet, ClosedSets
from aleator.report.closed_sets.section import (
    ClosedSetsSection,
    choose_sets,
    closed_sets_section,
)
from aleator.report.load import load_results
from aleator.report.results import Collection
from tests.report.language import bench_of


def _section(*directories: Path) -> ClosedSetsSection:
    section = closed_sets_section(load_results(directories))
    assert section is not None
    return section


def _bench(**splits: str) -> ClosedSets:
    sets = {name: ClosedSet(split, 1, 2, {}, {}, {"a": 1.0}) for name, split in splits.items()}
    return ClosedSets({}, sets, {})


def test_every_mean_leads_back_to_its_file(language_runs: Path) -> None:
    section = _section(language_runs)
    assert section.means.titles == ("Held-out sets", "Training sets", "All sets")
    assert section.means.counts[0][0] == "7 sets, 14 prompts"
    for row in section.means.rows:
        cell = row.groups[0][1]
        key = row.measure.key
        written = bench_of(language_runs / "even", "closed_sets")
        assert cell.exact == repr(written["splits"]["held_out"]["mean"][key]["value"])
        place = f"bench.closed_sets.splits.held_out.mean.{key}"
        assert cell.source == f"{language_runs}/even/result.json: {place}"


def test_sets_are_chosen_by_a_rule_that_does_not_look_at_results() -> None:
    many = _bench(**{f"t{n}": "train" for n in range(5)}, **{f"h{n}": "held_out" for n in range(9)})
    assert choose_sets([many]) == [f"h{n}" for n in range(9)] + ["t0", "t1", "t3"]
    assert choose_sets([many], 3) == ["h0", "h3", "h6"]
    fewer = _bench(h1="held_out", t1="train", other="train")
    assert choose_sets([many, fewer]) == ["h1", "t1"]


def test_a_set_with_another_target_is_not_drawn() -> None:
    one = _bench(a="train", b="train")
    other = _bench(a="train", b="train")
    sets = {**other.sets, "a": replace(other.sets["a"], target={"a": 0.5, "c": 0.5})}
    assert choose_sets([one, replace(other, sets=sets)]) == ["b"]


def test_held_out_sets_come_first_in_pictures_and_table(language_runs: Path) -> None:
    section = _section(language_runs)
    assert [panel.name for panel in section.panels] == [row.name for row in section.sets]
    assert section.panels[0].split == "held-out sets" and section.panels[-1].name == "digit"
    assert all(len(group) == 4 for row in section.sets for group in row.groups)


def test_drawn_figures_stand_in_where_there_are_no_logits(language_runs: Path) -> None:
    row = _section(language_runs / "base", language_runs / "hot").sets[0]
    exact, drawn = row.groups[1]
    assert exact.source.endswith(".valid_mass") and drawn.source.endswith(".valid_rate")


def test_one_split_is_not_shown_twice(language_runs: Path) -> None:
    (result,) = load_results([language_runs / "base"]).results
    bench = result.closed_sets
    assert bench is not None
    lone = {name: split for name, split in bench.splits.items() if name != "held_out"}
    alone = Collection((replace(result, closed_sets=replace(bench, splits=lone)),))
    section = closed_sets_section(alone)
    assert section is not None and section.means.titles == ("Training sets",)


def test_partly_undefined_figures_are_counted(language_runs: Path) -> None:
    rows = _section(language_runs).left_out_rows
    assert all(row.split == "Closed sets" and len(row.counts) == 4 for row in rows)
    assert not any(row.measure == "Total variation" for row in rows)  # hot and seeds: not measured


def test_without_the_benchmark_there_is_no_section(three_conditions: list[Path]) -> None:
    assert closed_sets_section(load_results(three_conditions)) is None
