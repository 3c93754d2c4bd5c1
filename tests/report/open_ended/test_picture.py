import re
from xml.etree import ElementTree

from aleator.report.open_ended.picture import Dots, curves_figure, support_figure


def _marks(drawing: str) -> int:
    return len(list(ElementTree.fromstring(drawing).iter("use")))


def test_there_is_a_dot_a_prompt() -> None:
    pairs = [(1.0, 10.0), (3.0, 30.0), (100.0, 50.0)]
    one = support_figure([Dots("soft", 1, pairs)], prefix="p")
    none = support_figure([Dots("soft", 1, [])], prefix="p")
    assert _marks(one) - _marks(none) >= 3
    assert "soft: above base on 2 of 3 prompts" in one
    assert "var(--series-1)" in one and "var(--series-0)" not in one


def test_curves_fall_and_keep_their_colours() -> None:
    curves = {0: ("base", [0.2, 0.9, 0.5]), 4: ("<b>", [0.1])}
    drawing = curves_figure(curves, title="share", logarithmic=False, prefix="p")
    paths = [
        path.attrib["d"]
        for path in ElementTree.fromstring(drawing).iter("path")
        if "var(--series-0)" in path.attrib.get("style", "")
    ]
    heights = [float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", paths[0])]
    assert heights == sorted(heights) and len(heights) == 3  # SVG counts downwards
    assert "var(--series-4)" in drawing and "<b>" not in drawing


def test_the_same_figures_give_the_same_bytes() -> None:
    curves = {0: ("base", [2.0, 900.0, 1.0])}
    first, second = (
        curves_figure(curves, title="sizes", logarithmic=True, prefix="p") for _ in range(2)
    )
    assert first == second
