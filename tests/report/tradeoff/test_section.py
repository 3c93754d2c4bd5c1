from dataclasses import replace

import pytest

from aleator.report.results import Collection, Result
from aleator.report.retention.comparing import Line
from aleator.report.tradeoff.section import TradeOffSection, trade_off_section


@pytest.fixture(scope="module")
def section(retained: Collection, retained_lines: tuple[Line, ...]) -> TradeOffSection:
    found = trade_off_section(retained, retained_lines)
    assert found is not None
    return found


def test_the_table_has_every_evaluation(section: TradeOffSection) -> None:
    assert [row.label for row in section.rows][:4] == ["base", "soft", "hard", "dial ×0"]
    assert [row.scale for row in section.rows] == [
        "–", "×1", "×1", "×0", "×0.25", "×0.5", "×0.75", "×1"
    ]  # fmt: skip
    soft = section.rows[1]
    assert soft.knowledge.text == "−5.6" and soft.perplexity.text == "+3.3%"
    assert float(soft.knowledge.exact) == pytest.approx(-100 * 67 / 1200)
    assert section.rows[0].knowledge.text == "base"
    assert soft.directory.endswith("/soft") and section.aside == 4
    assert len(section.panels) == 2 and not section.anchored


def test_conditions_alone_are_shown_from_two_on(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    two = Collection(retained.results[:3])
    lines = [line for line in retained_lines if line.label != "dial"]
    found = trade_off_section(two, lines)
    assert found is not None and found.aside == 0
    assert trade_off_section(Collection(retained.results[:2]), lines[:3]) is None


def test_scales_are_never_left_unsaid(retained: Collection) -> None:
    def bare(group: tuple[Result, ...]) -> tuple[Result, ...]:
        return tuple(replace(one, knowledge=None, perplexity=None) for one in group)

    found = trade_off_section(Collection(bare(retained.results), (), bare(retained.scaled)), ())
    assert found is not None and found.panels == ()
    assert {row.knowledge.text for row in found.rows} == {"–"}
    assert found.rows[4].calibration.text == "0.441"


def test_without_calibration_there_is_no_picture(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    def blind(group: tuple[Result, ...]) -> tuple[Result, ...]:
        return tuple(replace(one, splits={}) for one in group)

    collection = Collection(blind(retained.results), (), blind(retained.scaled))
    found = trade_off_section(collection, retained_lines)
    assert found is not None and found.panels == () and found.gauge == ""
