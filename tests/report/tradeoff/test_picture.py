import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from aleator.report.estimates import Estimate
from aleator.report.results import Collection
from aleator.report.retention.comparing import Line, Sourced
from aleator.report.tradeoff.picture import drawable, trade_off_figure
from aleator.report.tradeoff.points import Gauge, Point, trade_off_points

GAUGE = Gauge("normalised W1", "numeric", "held_out_families", "w1_normalised")


@pytest.fixture(scope="module")
def points(retained: Collection, retained_lines: tuple[Line, ...]) -> tuple[Point, ...]:
    return trade_off_points(retained, retained_lines, GAUGE)


def _joined(drawing: str, series: int) -> list[tuple[float, float]]:
    """Corners of the line that joins one adapter's points."""
    for path in ElementTree.fromstring(drawing).iter("path"):
        style = path.attrib.get("style", "")
        if f"stroke: var(--series-{series})" in style and "stroke-width: 1.4" in style:
            pairs = re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", path.attrib["d"])
            return [(float(x), float(y)) for x, y in pairs]
    return []


def _words(drawing: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawing).iter("text")]


def test_the_dial_runs_to_the_left_and_down_in_both(points: tuple[Point, ...]) -> None:
    for bench in ("knowledge", "perplexity"):
        corners = _joined(trade_off_figure(points, bench, GAUGE, prefix="t"), 3)
        assert len(corners) == 5
        xs, ys = zip(*corners, strict=True)
        assert list(xs) == sorted(xs, reverse=True)
        assert ys[0] < ys[-1]  # down, for SVG counts from the top


def test_points_are_named_scales_briefly(points: tuple[Point, ...]) -> None:
    words = _words(trade_off_figure(points, "knowledge", GAUGE, prefix="t"))
    names = {"base", "soft", "hard", "dial", "×0", "×0.25", "×0.5", "×0.75"}
    assert names <= set(words) and "dial ×0.25" not in words
    assert "normalised W1" in words and "better ↑" in words


def test_points_that_lack_a_figure_are_not_drawn(points: tuple[Point, ...]) -> None:
    blind = replace(points[1], calibration=Sourced(Estimate(None), ""))
    lost = replace(points[2], kept={**points[2].kept, "knowledge": Estimate(None)})
    some = [points[0], blind, lost, *points[3:]]
    assert [spot.point.label for spot in drawable(some, "knowledge")][:2] == ["base", "dial ×0"]
    assert len(drawable(some, "perplexity")) == len(points) - 1
    words = _words(trade_off_figure(some, "knowledge", GAUGE, prefix="t"))
    assert "soft" not in words and "hard" not in words


def test_names_are_escaped_and_bytes_are_the_same(points: tuple[Point, ...]) -> None:
    hostile = [replace(points[0], label="<b>"), *points[1:]]
    first, second = (trade_off_figure(hostile, "knowledge", GAUGE, prefix="t") for _ in "ab")
    assert first == second and "<b>" not in first and "&lt;b&gt;" in first
