from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from aleator.report.load import load_results
from aleator.report.results import Result
from aleator.report.retention.comparing import Line
from aleator.report.setbacks import (
    retention_setbacks,
    setback,
    setbacks,
    setbacks_in_words,
    worse_by_condition,
)
from tests.report.conftest import EvaluationMaker

SPLIT = "held_out_families"


def test_real_results_are_compared_family_by_family(language_runs: Path) -> None:
    """Against figures that result.json holds by family; where no prompt is left out they agree."""
    base, even = load_results([language_runs / "base", language_runs / "even"]).results
    for result, other in ((even, base), (base, even)):
        for split in result.splits:
            found = setback(result, other, split)
            ours, theirs = result.splits[split].families, other.splits[split].families
            expected = {
                (name, metric)
                for name in ours
                for metric in ("value_tv", "w1_normalised")
                if _value(ours[name][metric].value) > _value(theirs[name][metric].value)
            }
            higher = {(one.family, one.metric) for one in found.undecided}
            assert higher <= expected and not found.worse  # one prompt a family decides nothing
            for change in found.undecided:
                after = ours[change.family][change.metric].value
                assert change.after == pytest.approx(_value(after)) and change.prompts == 1
            above = {name for name in ours if _value(ours[name]["w1_normalised"].value) > 1.005}
            assert {name for name, w1 in found.above if w1 > 1.005} == above
    assert any(one.undecided for one in setbacks([(even, base), (base, even)]))


def test_the_largest_ratio_comes_first_and_both_measures_are_told(
    make_evaluation: EvaluationMaker,
) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir", collapse=0.1)
    for row in base.rows:
        row |= {"value_tv": 0.5, "w1_normalised": 0.8}
    for row in soft.rows:
        bump = 0.001 * int(row["key"][-1])
        if row["family"] == "chi":
            row |= {"value_tv": 0.6 + bump, "w1_normalised": 0.9 + bump}
        if row["family"] == "poisson":
            row |= {"value_tv": 0.1 + bump, "w1_normalised": 8.0 + bump}
        if row["family"] == "weibull" and row["key"].endswith("0"):
            row["w1_normalised"] = 9.0
    result, other = _pair(base.write(), soft.write())
    found = setback(result, other, SPLIT)
    w1 = [row["w1_normalised"] for row in soft.rows if row["family"] == "weibull"]
    assert found.families == ("poisson", "chi") and found.compared == 6
    assert found.open_families == ("weibull",)
    assert found.worse[0].after == pytest.approx(8.0015)
    [worse, undecided, above] = setbacks_in_words([found])
    assert worse.endswith("chi value TV 0.500 → 0.601, normalised W1 0.800 → 0.902 (4 prompts).")
    assert undecided == (
        "soft, held-out families, not decided whether worse than base: weibull normalised W1 "
        f"0.800 → {np.mean(w1):.2f} (4 prompts)."
    )
    assert above.endswith(f"median: poisson (8.00) and weibull ({np.mean(w1):.2f}).")
    assert worse_by_condition([found], ()) == "got worse: 2 families with soft"


def test_a_difference_that_does_not_show_is_none(make_evaluation: EvaluationMaker) -> None:
    base, same = make_evaluation("base"), make_evaluation("same", adapter="dir")
    for row, other in zip(same.rows, base.rows, strict=True):
        row |= {"value_tv": 0.5 + 1e-6, "w1_normalised": 0.7 + 1e-6}
        other |= {"value_tv": 0.5, "w1_normalised": 0.7}
    found = setbacks([_pair(base.write(), same.write())])
    assert setbacks_in_words(found) == (
        "No family evaluated is worse than base in value TV or normalised W1.",
    )
    assert worse_by_condition(found, ()) == ""


def test_a_family_is_worse_only_where_the_test_over_all_families_says_so(
    make_evaluation: EvaluationMaker,
) -> None:
    """Against Student's p, adjusted by hand: the largest p times 1, the next 6/5 …"""
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir")
    rng = np.random.default_rng(7)
    for row, other in zip(soft.rows, base.rows, strict=True):
        other |= {"value_tv": 0.5, "w1_normalised": 0.5}
        lift = {"chi": 0.2, "poisson": 0.02}.get(row["family"], 0.0)
        row |= {"value_tv": 0.5, "w1_normalised": 0.5 + lift + rng.normal(0, 0.02)}
    found = setback(*_pair(base.write(), soft.write()), SPLIT)
    gaps: dict[str, list[float]] = {}
    for row in soft.rows:
        if row["split"] == SPLIT:
            gaps.setdefault(row["family"], []).append(row["w1_normalised"] - 0.5)
    p = {
        name: float(2 * stats.t.sf(abs(np.mean(one)) / stats.sem(one), len(one) - 1))
        for name, one in gaps.items()
    }
    ranked = sorted(p.values())
    adjusted = {
        name: min(len(p) * other / (rank + 1) for rank, other in enumerate(ranked) if other >= one)
        for name, one in p.items()
    }
    higher = {name for name, one in gaps.items() if np.mean(one) > 5e-4}
    assert set(found.families) == {name for name in higher if adjusted[name] < 0.05} == {"chi"}
    assert set(found.open_families) == higher - {"chi"} and "poisson" in found.open_families


def test_draws_stand_in_where_nothing_is_exact(make_evaluation: EvaluationMaker) -> None:
    base, asked = make_evaluation("base"), make_evaluation("asked", adapter="dir")
    for row in asked.rows:
        row |= {"value_tv": None, "w1_normalised": None, "w1_sampled": 3.0}
    found = setback(*_pair(base.write(), asked.write()), SPLIT)
    assert {one.metric for one in found.worse} == {"w1_sampled"} and len(found.above) == 6


def test_where_nothing_compares_nothing_is_claimed(make_evaluation: EvaluationMaker) -> None:
    base, other = make_evaluation("base"), make_evaluation("other", adapter="dir", collapse=0.1)
    for row in other.rows:
        row["key"] = "other/" + row["key"]
    assert setbacks_in_words(setbacks([_pair(base.write(), other.write())])) == ()


def test_losses_of_retention_are_told_and_open_ones_too(
    retained_lines: tuple[Line, ...],
) -> None:
    told = retention_setbacks(retained_lines)
    assert told[0] == "soft, knowledge, worse than base: cloze −15.0 points, −18.8 … −11.5 " + (
        "(400 items)."
    )
    assert told[1].startswith("soft, knowledge, undecided: arithmetic −2.0 points, ")
    assert told[2].startswith("soft, perplexity, worse than base: facts +2.9%, ")
    assert told[2].count("(40 documents)") == 3
    assert not any(one.startswith("hard") for one in told)
    assert worse_by_condition((), retained_lines) == (
        "got worse: 1 task and 3 slices with soft; 3 tasks and 3 slices with dial"
    )
    cloze = [line for line in retained_lines if (line.label, line.name) == ("soft", "cloze")]
    assert worse_by_condition((), cloze) == "got worse: 1 task with soft"
    both = [*cloze, replace(cloze[0], label="hard")]
    assert worse_by_condition((), both) == "got worse: 1 task with soft and hard"


def test_what_lost_nothing_is_said_to(retained_lines: tuple[Line, ...]) -> None:
    hard = [line for line in retained_lines if line.label == "hard"]
    assert retention_setbacks(hard) == ("No task and no slice lost more than the margin.",)
    assert worse_by_condition((), hard) == ""
    assert retention_setbacks(()) == ()


def _pair(base: Path, other: Path) -> tuple[Result, Result]:
    first, second = load_results([base, other]).results
    return second, first


def _value(figure: float | None) -> float:
    assert figure is not None
    return figure
