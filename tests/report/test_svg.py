import re
from xml.etree import ElementTree

import pytest

from aleator.report.svg import INK, SERIES, drawing, inline_svg, series_colour, series_dash

HOSTILE = '"><script>alert(1)</script><svg onload="x" id='


def _draw(prefix: str = "one", label: str = "A line", text: str = "x") -> str:
    with drawing(200, 100) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1.23456789], color=INK)
        axes.plot([0, 1], [1, 0], color=series_colour(1), linestyle=series_dash(1))
        axes.text(0.5, 0.5, text)
        return inline_svg(figure, prefix=prefix, label=label)


def test_the_same_figure_gives_the_same_text() -> None:
    assert _draw() == _draw()


def test_ids_are_the_drawings_own_and_every_reference_has_one() -> None:
    text = _draw("one")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert ids and len(ids) == len(set(ids))
    assert all(name.startswith("one-") for name in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) == set(ids)


def test_two_drawings_share_no_id() -> None:
    first, second = (set(re.findall(r'\bid="([^"]+)"', _draw(p))) for p in ("one", "two"))
    assert first and not first & second


def test_colours_and_fonts_are_the_pages() -> None:
    text = _draw()
    assert "var(--ink)" in text and "var(--series-1)" in text
    assert not re.search(r"#[0-9a-f]{6}", text)
    assert "font-family" not in text


def test_hostile_text_stays_text() -> None:
    root = ElementTree.fromstring(_draw(label=HOSTILE, text=HOSTILE))
    assert root.attrib["aria-label"] == HOSTILE
    assert {element.tag for element in root.iter()} <= {
        "svg", "g", "path", "defs", "use", "text", "clipPath", "rect",
    }  # fmt: skip
    assert HOSTILE in [element.text for element in root.iter("text")]


def test_a_dollar_sign_is_no_formula() -> None:
    root = ElementTree.fromstring(_draw(text="$x_1$"))
    assert "$x_1$" in [element.text for element in root.iter("text")]


def test_nothing_outside_is_referred_to() -> None:
    assert "http" not in _draw() and "<style" not in _draw()


def test_conditions_repeat_their_colours_after_six() -> None:
    assert series_colour(len(SERIES)) == series_colour(0)
    assert series_dash(len(SERIES)) == series_dash(0)


@pytest.mark.parametrize("prefix", ["", "1a", 'a"b', "a b"])
def test_a_prefix_that_cannot_start_an_id_is_a_mistake(prefix: str) -> None:
    with pytest.raises(ValueError, match="cannot start an id"):
        _draw(prefix)
