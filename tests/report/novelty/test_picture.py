import re
from xml.etree import ElementTree

import pytest

from aleator.report.estimates import Estimate
from aleator.report.novelty.picture import Spread, novelty_figure

BASE = Spread("base", 0, [0.75, 0.25, 0.0], Estimate(2.5, 2.0, 3.0))
OURS = Spread("<i>", 3, [0.0, 0.25, 0.75], Estimate(None))


def _bars(drawing: str, colour: str) -> list[float]:
    heights = []
    for path in ElementTree.fromstring(drawing).iter("path"):
        style = path.attrib.get("style", "")
        if f"fill: var(--{colour})" in style and " z" in path.attrib["d"]:
            ys = [float(y) for y in re.findall(r"[ML] -?[\d.]+ (-?[\d.]+)", path.attrib["d"])]
            heights.append(max(ys) - min(ys))
    return heights


def test_bars_are_shares_of_prompts() -> None:
    drawing = novelty_figure("curated", [BASE, OURS], prefix="p")
    base, ours = (
        [height for height in _bars(drawing, colour) if height]
        for colour in ("series-0", "series-3")
    )
    assert base[0] / base[1] == pytest.approx(3.0, rel=0.01)
    assert ours[1] / ours[0] == pytest.approx(3.0, rel=0.01)
    assert "base: utility 2.50, different answers 1: 75%, 2: 25%" in drawing


def test_hostile_labels_and_undefined_utility() -> None:
    drawing = novelty_figure("<script>", [OURS], prefix="p")
    assert "<script>" not in drawing and "<i>" not in drawing
    assert "undefined" in drawing


def test_the_same_figures_give_the_same_bytes() -> None:
    first, second = (novelty_figure("x", [BASE, OURS], prefix="p") for _ in range(2))
    assert first == second
