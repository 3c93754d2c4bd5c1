import re
from dataclasses import replace
from xml.etree import ElementTree

from aleator.report.estimates import Estimate
from aleator.report.retention.comparing import Line
from aleator.report.retention.pairs import NOTHING, Paired
from aleator.report.retention.picture import retention_figure

LABELS = ("base", "soft", "hard", "dial")


def _bench(lines: tuple[Line, ...], bench: str) -> list[Line]:
    return [line for line in lines if line.bench == bench]


def _spans(drawing: str, series: int) -> list[tuple[float, float]]:
    """Left and right of the horizontal lines drawn in a condition's colour."""
    found = []
    for path in ElementTree.fromstring(drawing).iter("path"):
        style = path.attrib.get("style", "")
        if f"stroke: var(--series-{series})" in style and "stroke-width: 2.4" in style:
            xs = [float(x) for x in re.findall(r"[ML] (-?[\d.]+) ", path.attrib["d"])]
            found.append((min(xs), max(xs)))
    return found


def _words(drawing: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawing).iter("text")]


def test_losses_lie_on_the_left_in_both_panels(retained_lines: tuple[Line, ...]) -> None:
    knowledge = retention_figure(_bench(retained_lines, "knowledge"), LABELS, prefix="k")
    cloze = 2  # the task where soft lost and hard won
    assert _spans(knowledge, 1)[cloze][1] < _spans(knowledge, 2)[cloze][0]
    perplexity = retention_figure(_bench(retained_lines, "perplexity"), LABELS, prefix="p")
    facts = 0  # soft's perplexity rose, hard's fell
    assert _spans(perplexity, 1)[facts][1] < _spans(perplexity, 2)[facts][0]


def test_every_line_has_its_verdict_in_words(retained_lines: tuple[Line, ...]) -> None:
    lines = _bench(retained_lines, "knowledge")
    words = _words(retention_figure(lines, LABELS, prefix="k"))
    assert "−15.0 worse" in words and "+10.0 better" in words and "−2.0 undecided" in words
    assert words.count("soft") == 3 and words.count("cloze") == 1


def test_a_condition_alone_stands_beside_its_tasks(retained_lines: tuple[Line, ...]) -> None:
    lines = [line for line in _bench(retained_lines, "knowledge") if line.label == "soft"]
    words = _words(retention_figure(lines, LABELS, prefix="k"))
    assert "soft" not in words and {"arithmetic", "categories", "cloze"} <= set(words)


def test_an_undecided_dot_is_empty(retained_lines: tuple[Line, ...]) -> None:
    lines = [line for line in _bench(retained_lines, "knowledge") if line.label == "soft"]
    drawing = retention_figure(lines, LABELS, prefix="k")
    assert drawing.count("fill: var(--card)") == 1
    assert lines[0].verdict == "undecided"


def test_far_more_than_the_margin_is_shown_on_a_logarithmic_axis(
    retained_lines: tuple[Line, ...],
) -> None:
    line = _bench(retained_lines, "perplexity")[0]
    far = replace(line, paired=Paired(Estimate(3.5, 3.0, 4.0), 9, 0, "worse"))
    words = _words(retention_figure([line, far], LABELS, prefix="k"))
    assert any("logarithmic beyond ±2" in word for word in words)
    assert {"+100%", "+10%", "+1%", "−1%"} <= set(words)


def test_what_is_not_compared_says_so_and_names_are_escaped(
    retained_lines: tuple[Line, ...],
) -> None:
    line = replace(retained_lines[0], name="<b>&", paired=NOTHING, refused="base lacks it")
    drawing = retention_figure([line], LABELS, prefix="k")
    assert "not compared" in _words(drawing) and "<b>" not in drawing
    assert "soft, &lt;b&gt;&amp;: not comparable" in drawing


def test_the_same_lines_give_the_same_bytes(retained_lines: tuple[Line, ...]) -> None:
    lines = _bench(retained_lines, "knowledge")
    assert len({retention_figure(lines, LABELS, prefix="k") for _ in range(2)}) == 1
