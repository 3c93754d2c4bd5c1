from dataclasses import replace
from pathlib import Path

from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.retention.comparing import Line
from aleator.report.verdict_lines import verdict_lines
from tests.report.conftest import EvaluationMaker


def test_a_line_a_condition_says_what_was_won_and_lost(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    soft, hard, dial = verdict_lines(retained, retained_lines)
    assert [soft.place, hard.place, dial.place] == [1, 2, 3]
    assert soft.text.startswith(
        "calibration: 0.800 → 0.080 (normalised W1, held-out families); retention: unchanged on "
        "1 of 3 tasks, worse on cloze (−15.0 points, "
    )
    assert "undecided on arithmetic (−2.0 points, " in soft.text
    assert soft.text.endswith("; perplexity: +3.3%, worse on all 3 slices")
    assert hard.text.endswith("; perplexity: −0.06%, unchanged on 2 of 3 slices, better on 1")


def test_results_without_retention_say_so(three_conditions: list[Path]) -> None:
    soft, hard = verdict_lines(load_results(three_conditions), ())
    assert soft.text == (
        "calibration: 0.800 → 0.080 (normalised W1, held-out families); retention: not measured"
    )
    assert hard.text.endswith("retention: not measured")


def test_what_one_side_lacks_is_not_compared(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    base, soft = retained.results[:2]
    knowledge = [line for line in retained_lines if line.bench == "knowledge"]
    lacking = Collection((replace(base, perplexity=None, splits={}), soft))
    [line] = verdict_lines(lacking, knowledge)
    assert line.text.startswith("calibration: not compared, base lacks it; retention: unchanged")
    assert line.text.endswith("perplexity: not compared, it was not measured of base")
    [line] = verdict_lines(Collection((base, replace(soft, perplexity=None))), knowledge)
    assert line.text.endswith("perplexity: not measured")
    [line] = verdict_lines(Collection((base, replace(soft, knowledge=None, splits={}))), ())
    assert line.text.startswith("calibration: not measured; retention: knowledge not measured")


def test_without_numbers_closed_sets_stand_in(language_runs: Path) -> None:
    results = load_results([language_runs / "base", language_runs / "even"]).results
    words = [replace(result, splits={}, rows=()) for result in results]
    [line] = verdict_lines(Collection(tuple(words)), ())
    assert "(top answer's share, closed sets, held-out" in line.text and "; valid " in line.text


def test_a_change_that_may_be_chance_or_a_loss_is_said(make_evaluation: EvaluationMaker) -> None:
    base, same = make_evaluation("base").write(), make_evaluation("same", adapter="dir")
    for number, row in enumerate(same.rows):
        row["w1_normalised"] *= 1.1 if number % 2 else 0.9
    worse = make_evaluation("worse", adapter="other", collapse=0.9)
    lines = verdict_lines(load_results([base, same.write(), worse.write()]), ())
    assert "held-out families; undecided whether it changed)" in lines[0].text
    assert "held-out families; worse)" in lines[1].text
