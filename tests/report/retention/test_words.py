from dataclasses import replace

import pytest

from aleator.report.estimates import Estimate
from aleator.report.results import Collection
from aleator.report.retention.comparing import Bench, Line, shifted
from aleator.report.retention.pairs import NOTHING, Paired, Verdict
from aleator.report.retention.words import (
    MARGINS_TOLD,
    not_compared,
    retention_told,
    shift_told,
    signed,
    verdict_told,
)


def _line(
    name: str, verdict: Verdict, value: float = 0.0, bench: Bench = "knowledge", refused: str = ""
) -> Line:
    change = Estimate(value, value - 0.04, value + 0.04)
    paired = NOTHING if refused else Paired(change, 100, 0, verdict)
    return Line(bench, "soft", name, None, None, None, None, paired, "rows", refused)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((-12.0, -16.04, 8.0), ["−12.0", "−16.0", "+8.0"]),
        ((0.061, -0.004, 0.2), ["+0.06", "0.00", "+0.20"]),
        ((1234.5, None, 0.0), ["+1,234.5", "–", "0.0"]),
        ((None, None, None), ["–", "–", "–"]),
    ],
)
def test_signs_and_decimals(values: tuple[float | None, ...], told: list[str]) -> None:
    assert signed(values) == told


def test_a_shift_has_its_unit_and_interval() -> None:
    points = shifted(Estimate(-0.12, -0.16, -0.08), "knowledge")
    assert shift_told(points, "knowledge") == "−12.0 points, −16.0 … −8.0"
    assert shift_told(Estimate(3.0), "perplexity") == "+3.0%, too few for an interval"
    assert shift_told(Estimate(None), "perplexity") == "not comparable"


def test_verdicts_come_in_their_order_losses_with_figures() -> None:
    lines = [
        _line("cloze", "worse", -0.12),
        _line("facts", "unchanged"),
        _line("sums", "undecided", -0.02),
        _line("days", "unchanged"),
    ]
    assert verdict_told(lines, "knowledge") == (
        "unchanged on 2 of 4 tasks, worse on cloze (−12.0 points, −16.0 … −8.0), "
        "undecided on sums (−2.0 points, −6.0 … +2.0)"
    )
    assert verdict_told(lines, "knowledge", named=False) == (
        "unchanged on 2 of 4 tasks, worse on 1, undecided on 1"
    )


def test_the_first_verdict_says_of_how_many() -> None:
    lines = [_line("cloze", "worse", -0.12), _line("sums", "undecided", -0.02)]
    told = verdict_told(lines, "knowledge")
    assert told.startswith("worse on 1 of 2 tasks: cloze (−12.0 points, −16.0 … −8.0), ")
    assert ", undecided on sums (" in told


def test_one_verdict_for_all_and_many_names() -> None:
    assert verdict_told([_line("a", "unchanged")], "knowledge") == "unchanged on the one task"
    four = [_line(name, "worse", -0.1 * n) for n, name in enumerate("abcd", 1)]
    told = verdict_told(four, "knowledge")
    assert told.startswith("worse on all 4 tasks: d (−40.0 points, ")
    assert told.endswith(") and 1 more") and "a (" not in told


def test_sentences_say_what_was_compared_and_what_not(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    told = retention_told(retained, retained_lines)
    assert told.base == told.failures == ()
    assert told.details[2] == (
        "hard, knowledge: unchanged on 2 of 3 tasks, better on cloze "
        "(+10.0 points, +7.0 … +13.3); 1,200 items compared."
    )
    [change] = told.changes
    assert change.startswith("Retention: soft knowledge −5.6 points, ")
    assert change.count("(mean over 3 slices)") == 3
    refused = [replace(_line("a", "worse", refused="base lacks it")), _line("b", "unchanged")]
    partly = replace(refused[1], paired=replace(refused[1].paired, left_out=7))
    [detail] = retention_told(retained, [refused[0], partly]).details
    assert detail == (
        "soft, knowledge: unchanged on 1 of 2 tasks, not compared on 1; 100 items compared, 7 "
        "not: only one side has them, or they are not alike; a: base lacks it."
    )


def test_without_a_base_nothing_is_compared(retained: Collection) -> None:
    alone = Collection(retained.results[1:2])
    assert not_compared(alone, "knowledge") == (
        "soft, knowledge: not compared, no evaluation of the model as it is has it.",
    )
    assert not_compared(retained, "knowledge") == ()


def test_the_margins_are_stated() -> None:
    assert "more than 1 point of accuracy" in MARGINS_TOLD and "more than 1%" in MARGINS_TOLD
