import re
from xml.etree import ElementTree

import pytest

from aleator.report.estimates import Estimate
from aleator.report.mcq_positions.picture import Letters, letters_figure

SHARES = {"A": Estimate(0.6, 0.5, 0.7), "B": Estimate(0.2, 0.1, 0.3), "C": Estimate(0.2)}
NOTHING = {letter: Estimate(None) for letter in "ABCD"}


def _bars(drawing: str, colour: str) -> list[float]:
    heights = []
    for path in ElementTree.fromstring(drawing).iter("path"):
        if f"fill: var(--{colour})" in path.attrib.get("style", ""):
            ys = [float(y) for y in re.findall(r"[ML] -?[\d.]+ (-?[\d.]+)", path.attrib["d"])]
            heights.append(max(ys) - min(ys))
    return heights


def test_bars_are_as_high_as_their_shares() -> None:
    one = Letters("base", 2, 50, SHARES)
    drawing = letters_figure({"Strict": (one,)}, letters="ABCD", prefix="p")
    heights = _bars(drawing, "series-2")
    assert len(heights) == 3  # D has no share
    assert heights[0] / heights[1] == pytest.approx(3.0, rel=0.01)
    assert "Strict, base: A 60%, B 20%, C 20%" in drawing


def test_what_is_undefined_has_no_bars_and_says_so() -> None:
    silent = Letters("<b>", 0, 0, NOTHING)
    drawing = letters_figure({"Strict": (silent,)}, letters="ABCD", prefix="p")
    assert _bars(drawing, "series-0") == []
    assert "&lt;b&gt;: nothing parsed, undefined" in drawing and "<b>" not in drawing


def test_the_same_figures_give_the_same_bytes() -> None:
    readings = {"Strict": (Letters("base", 0, 50, SHARES),)}
    first, second = (letters_figure(readings, letters="ABCD", prefix="p") for _ in range(2))
    assert first == second
