import re

from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.overview.picture import overview_figure

ROWS = {
    "small": (Estimate(0.8, 0.7, 0.9), Estimate(0.2, 0.1, 0.3), UNDEFINED),
    "a <b>large</b> one": (Estimate(0.5), UNDEFINED, Estimate(0.4, 0.3, 0.5)),
    "absent": (UNDEFINED, UNDEFINED, UNDEFINED),
}


def _drawn() -> str:
    conditions = ("base", "soft", "hard")
    return overview_figure(ROWS, conditions, title="W1", prefix="one")


def test_every_model_is_named_and_said_in_words() -> None:
    svg = _drawn()
    assert ">small<" in svg and ">absent<" in svg and "<b>" not in svg
    label = re.findall(r'aria-label="([^"]*)"', svg)[0]
    assert label.startswith("W1. small: base 0.8, soft 0.2, hard missing; ")
    assert label.endswith("absent: base missing, soft missing, hard missing")


def test_a_dot_a_figure_and_a_line_an_interval() -> None:
    svg = _drawn()
    assert len(re.findall(r"<use [^>]*var\(--series-0\)", svg)) == 2
    assert len(re.findall(r"<use [^>]*var\(--series-[12]\)", svg)) == 2
    assert len(re.findall(r"<path [^>]*stroke: var\(--series-\d\); stroke-width: 2[;\"]", svg)) == 3


def test_the_same_figures_give_the_same_picture() -> None:
    assert _drawn() == _drawn()
