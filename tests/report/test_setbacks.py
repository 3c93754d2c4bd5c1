from pathlib import Path

import numpy as np
import pytest

from aleator.report.load import load_results
from aleator.report.results import Result
from aleator.report.retention.comparing import Line
from aleator.report.setbacks import (
    retention_setbacks,
    setback,
    setbacks,
    setbacks_in_words,
    worse_families,
    worse_retention,
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
            assert {(one.family, one.metric) for one in found.worse} <= expected
            for change in found.worse:
                after = ours[change.family][change.metric].value
                assert change.after == pytest.approx(_value(after)) and change.prompts == 1
            above = {name for name in ours if _value(ours[name]["w1_normalised"].value) > 1.005}
            assert {name for name, w1 in found.above if w1 > 1.005} == above
    assert any(one.worse for one in setbacks([(even, base), (base, even)]))


def test_the_largest_ratio_comes_first_and_both_measures_are_told(
    make_evaluation: EvaluationMaker,
) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir", collapse=0.1)
    for row in base.rows:
        row |= {"value_tv": 0.5, "w1_normalised": 0.8}
    for row in soft.rows:
        if row["family"] == "chi":
            row |= {"value_tv": 0.6, "w1_normalised": 0.9}
        if row["family"] == "poisson" and row["key"].endswith("0"):
            row["w1_normalised"] = 8.0
    result, other = _pair(base.write(), soft.write())
    found = setback(result, other, SPLIT)
    w1 = [row["w1_normalised"] for row in soft.rows if row["family"] == "poisson"]
    assert found.families == ("poisson", "chi") and found.compared == 6
    assert found.worse[0].after == pytest.approx(np.mean(w1))
    [worse, above] = setbacks_in_words([found])
    assert worse.endswith("chi value TV 0.500 → 0.600, normalised W1 0.800 → 0.900 (4 prompts).")
    assert above.endswith(f"median: poisson ({np.mean(w1):.2f}).")
    assert worse_families([found]) == "2 families got worse"


def test_a_difference_that_does_not_show_is_none(make_evaluation: EvaluationMaker) -> None:
    base, same = make_evaluation("base"), make_evaluation("same", adapter="dir")
    for row, other in zip(same.rows, base.rows, strict=True):
        row |= {"value_tv": 0.5 + 1e-6, "w1_normalised": 0.7 + 1e-6}
        other |= {"value_tv": 0.5, "w1_normalised": 0.7}
    found = setbacks([_pair(base.write(), same.write())])
    assert setbacks_in_words(found) == (
        "No family evaluated is worse than base in value TV or normalised W1.",
    )
    assert worse_families(found) == ""


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
    assert worse_retention(retained_lines) == "3 tasks and 3 slices of retention got worse"
    cloze = [line for line in retained_lines if (line.label, line.name) == ("soft", "cloze")]
    assert worse_retention(cloze) == "1 task of retention got worse"


def test_what_lost_nothing_is_said_to(retained_lines: tuple[Line, ...]) -> None:
    hard = [line for line in retained_lines if line.label == "hard"]
    assert retention_setbacks(hard) == ("No task and no slice lost more than the margin.",)
    assert worse_retention(hard) == ""
    assert retention_setbacks(()) == ()


def _pair(base: Path, other: Path) -> tuple[Result, Result]:
    first, second = load_results([base, other]).results
    return second, first


def _value(figure: float | None) -> float:
    assert figure is not None
    return figure
