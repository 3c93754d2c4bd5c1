from dataclasses import replace
from pathlib import Path

import numpy as np

from aleator.report.load import load_results
from aleator.report.novelty.section import novelty_section
from aleator.report.results import Collection, Result
from tests.report.language import bench_of


def _two(runs: Path) -> tuple[Result, Result]:
    base, even = load_results([runs / "base", runs / "even"]).results
    return base, even


def test_figures_lead_back_to_their_file(language_runs: Path) -> None:
    section = novelty_section(load_results([language_runs]))
    assert section is not None and section.places == (0, 1)
    assert section.table.titles == ("Set: sandbox",)
    written = bench_of(language_runs / "even", "novelty")["sets"]["sandbox"]
    for row in section.table.rows:
        cell = row.groups[0][1]
        assert cell.exact == repr(written[row.measure.key]["value"])
        place = f"bench.novelty.sets.sandbox.{row.measure.key}"
        assert cell.source == f"{language_runs}/even/result.json: {place}"


def test_rules_are_named_as_what_they_are(language_runs: Path) -> None:
    section = novelty_section(load_results([language_runs / "base"]))
    assert section is not None
    (told,) = section.judges
    assert "“rule (shared words, ours)”" in told and "“validity (ours)”" in told
    assert "These are not the published judges" in told


def test_changes_are_paired_over_prompts(language_runs: Path) -> None:
    base, even = _two(language_runs)
    section = novelty_section(Collection((base, even)))
    assert section is not None and base.novelty is not None and even.novelty is not None
    gaps = [
        (even.novelty.sets["sandbox"].distinct[key] or 0) - (value or 0)
        for key, value in base.novelty.sets["sandbox"].distinct.items()
    ]
    assert f"(+{np.mean(gaps):.2f}, 95% interval" in section.told.details[0]
    assert "paired over 6 prompts" in section.told.details[0]
    assert section.told.changes[0].startswith("Novelty, different answers of a prompt: even from")


def test_other_judges_are_not_compared(language_runs: Path) -> None:
    base, even = _two(language_runs)
    assert even.novelty is not None
    published = replace(even.novelty.judges, partition="a", scorer="b", published=True)
    other = replace(even, novelty=replace(even.novelty, judges=published))
    section = novelty_section(Collection((base, other)))
    assert section is not None and section.told.details == () == section.told.changes
    assert section.judges[-1] == "Conditions with different judges are not compared."
    assert section.judges[1].startswith("even: what is the same was judged by “a”")
    assert section.judges[1].endswith("the published judges.")


def test_a_set_only_one_has_is_shown_as_missing(language_runs: Path) -> None:
    base, even = _two(language_runs)
    assert even.novelty is not None
    sets = {"mine": even.novelty.sets["sandbox"]}
    section = novelty_section(
        Collection((base, replace(even, novelty=replace(even.novelty, sets=sets))))
    )
    assert section is not None and section.table.titles == ("Set: sandbox", "Set: mine")
    assert section.table.counts == (("6 prompts", "–"), ("–", "6 prompts"))
    assert [picture.name for picture in section.pictures] == ["sandbox", "mine"]
    assert section.told.details == ()


def test_a_surely_lower_utility_is_a_failure(language_runs: Path) -> None:
    base, even = _two(language_runs)
    assert even.novelty is not None
    one = even.novelty.sets["sandbox"]
    none = replace(one, utility=dict.fromkeys(one.utility, 0.0))
    worse = replace(even, novelty=replace(even.novelty, sets={"sandbox": none}))
    section = novelty_section(Collection((base, worse)))
    assert section is not None
    assert section.told.failures[0].startswith("even, novelty on sandbox: utility fell (-")


def test_without_the_benchmark_there_is_no_section(language_runs: Path) -> None:
    assert novelty_section(load_results([language_runs / "hot"])) is None
