import re
from xml.etree import ElementTree

import pytest

from aleator.report.closed_sets.picture import Bar, shares_figure
from aleator.report.closed_sets.reading import ClosedSet

HOSTILE = "<script>alert(1)</script>"


def _set(**target: float) -> ClosedSet:
    return ClosedSet("held_out", 2, len(target), {}, {}, target)


def _widths(drawing: str, colour: str) -> list[float]:
    """Widths of the rectangles of a colour, as shares of the picture's width."""
    found = []
    for path in ElementTree.fromstring(drawing).iter("path"):
        if f"fill: var(--{colour})" in path.attrib.get("style", ""):
            xs = [float(x) for x in re.findall(r"[ML] (-?[\d.]+)", path.attrib["d"])]
            found.append((max(xs) - min(xs)) / 232 * 1.008)
    return found


def test_parts_are_as_wide_as_their_shares() -> None:
    bars = [Bar("base", {"a": 0.75, "b": 0.0, "c": 0.125}, 0)]
    drawing = shares_figure("three", _set(a=0.25, b=0.25, c=0.5), bars, prefix="p")
    assert _widths(drawing, "target") == pytest.approx([0.25, 0.25, 0.5], abs=0.001)
    assert _widths(drawing, "series-0") == pytest.approx([0.75, 0.125], abs=0.001)


def test_the_likeliest_answer_is_named() -> None:
    assert Bar("base", {"a": 0.75, "b": 0.125}, 0).told == "a 75%"
    assert Bar("target", {"a": 0.25, "b": 0.25}, None).told == "2 × 25%"
    assert Bar("base", {"a": 0.0004}, 0).told == "under 0.1% right"
    assert Bar("base", {}, 0).told == Bar("base", {"a": 0.0}, 0).told == "no right answer"


def test_hostile_text_stays_text() -> None:
    bars = [Bar(HOSTILE, {HOSTILE: 0.5, "東京\x00\u202e$x$": 0.5}, 3)]
    drawing = shares_figure(HOSTILE, _set(**{HOSTILE: 1.0}), bars, prefix="p")
    assert "<script" not in drawing
    assert {one.tag for one in ElementTree.fromstring(drawing).iter()} <= {
        "svg", "g", "path", "text", "defs", "clipPath", "rect", "use",
    }  # fmt: skip


def test_the_same_figures_give_the_same_bytes() -> None:
    bars = [Bar("base", {"a": 0.7, "b": 0.3}, 0)]
    first, second = (shares_figure("x", _set(a=0.5, b=0.5), bars, prefix="p") for _ in range(2))
    assert first == second
