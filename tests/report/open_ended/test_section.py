from dataclasses import replace
from pathlib import Path

from aleator.report.load import load_results
from aleator.report.open_ended.section import OpenEndedSection, open_ended_section
from aleator.report.results import Collection
from tests.report.language import bench_of


def _section(*directories: Path) -> OpenEndedSection:
    section = open_ended_section(load_results(directories))
    assert section is not None
    return section


def test_means_and_medians_lead_back_to_their_file(language_runs: Path) -> None:
    table = _section(language_runs).table
    assert table.titles == ("Mean over prompts", "Median over prompts")
    written = bench_of(language_runs / "base", "open_ended")
    for row in table.rows:
        for group, aggregate in zip(row.groups, ("mean", "median"), strict=True):
            value = written[aggregate][row.measure.key]["value"]
            assert group[0].exact == repr(value)
            place = f"bench.open_ended.{aggregate}.{row.measure.key}"
            assert group[0].source == f"{language_runs}/base/result.json: {place}"
    seeds = bench_of(language_runs / "seeds", "open_ended")
    cut_off = seeds["mean"]["truncated_rate"]["value"]
    assert table.rows[-1].groups[0][3].text == f"{100 * cut_off:.1f}%"


def test_dots_stand_against_base_and_curves_where_there_is_none(language_runs: Path) -> None:
    section = _section(language_runs)
    assert section.against_base and "against base. even: above base on 8 of" in str(section.support)
    alone = _section(language_runs / "base")
    assert not alone.against_base and "first step, sorted by prompt" in str(alone.support)


def test_what_has_no_logits_and_no_answers_has_no_pictures(language_runs: Path) -> None:
    section = _section(language_runs / "seeds")
    assert section.support is None and section.tops is None and section.collapsed == ()
    assert _section(language_runs / "hot").support is None


def test_the_most_collapsed_prompts_are_those_of_the_first_condition(language_runs: Path) -> None:
    section = _section(language_runs)
    (base,) = load_results([language_runs / "base"]).results
    assert base.open_ended is not None
    most = max(base.open_ended.rows.values(), key=lambda row: row.figures["top_share"] or 0)
    first = section.collapsed[0]
    assert first.prompt == most.prompt and len(first.answers) == 4
    assert first.answers[0][0].startswith("3 ") and first.answers[3] == ()


def test_a_condition_without_the_prompt_shows_none(language_runs: Path) -> None:
    base, even = load_results([language_runs / "base", language_runs / "even"]).results
    assert even.open_ended is not None
    bare = replace(even, open_ended=replace(even.open_ended, rows={}))
    section = open_ended_section(Collection((base, bare)))
    assert section is not None and section.collapsed[0].answers[1] == ()


def test_without_the_benchmark_there_is_no_section(three_conditions: list[Path]) -> None:
    assert open_ended_section(load_results(three_conditions)) is None
