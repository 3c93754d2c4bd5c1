"""Matplotlib figures as inline SVG that follows the page: its colours, its fonts, light and dark.

Figures are drawn in stand-in colours that are replaced by the page's CSS variables afterwards, so
one drawing serves both themes. Ids are given a prefix of their own, because all drawings share the
page's namespace. Output depends on the figure alone: no date, no random salt.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK = "#010203"
FAINT = "#040506"
GRID = "#070809"
TARGET = "#0a0b0c"
SERIES = ("#101112", "#131415", "#161718", "#191a1b", "#1c1d1e", "#1f2021")
"""Stand-ins for the conditions' colours, in the order of the conditions."""
CARD = "#222324"
BAD = "#252627"
GOOD = "#28292a"

_VARIABLES = (
    {INK: "--ink", FAINT: "--faint", GRID: "--grid", TARGET: "--target"}
    | {CARD: "--card", BAD: "--bad", GOOD: "--good"}
    | {colour: f"--series-{index}" for index, colour in enumerate(SERIES)}
)
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')
_LONG_NUMBER = re.compile(r"-?\d+\.\d+")
DASHES: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0, (4, 1.6)),
    (0, ()),
    (0, (1.2, 1.0)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 3)),
    (0, (1, 3)),
)
"""A dash pattern a condition, so that colour is never the only difference."""


def series_colour(index: int) -> str:
    """The stand-in colour of condition number `index`; they repeat after six."""
    return SERIES[index % len(SERIES)]


def series_dash(index: int) -> tuple[float, tuple[float, ...]]:
    """The dash pattern of condition number `index`."""
    return DASHES[index % len(DASHES)]


@contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """A figure of `width` × `height` CSS pixels, drawn in the page's style."""
    with mpl.rc_context():
        mpl.rc("svg", fonttype="none", hashsalt="aleator")
        mpl.rc("font", family="sans-serif", size=9)
        mpl.rc("text", color=INK, parse_math=False)
        mpl.rc("axes", facecolor="none", edgecolor=FAINT, labelcolor=FAINT, linewidth=0.6)
        mpl.rc("axes.spines", top=False, right=False)
        mpl.rc("xtick", color=FAINT, labelcolor=FAINT)
        mpl.rc("ytick", color=FAINT, labelcolor=FAINT)
        mpl.rc("xtick.major", width=0.6, size=2.5)
        mpl.rc("ytick.major", width=0.6, size=2.5)
        mpl.rc("grid", color=GRID, linewidth=0.6)
        yield Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")


def inline_svg(figure: Figure, *, prefix: str, label: str) -> str:
    """The figure as an `<svg>` element for a page, without width and height: the page gives them.

    Args:
        figure: Drawn within `drawing`.
        prefix: Put before every id; different for every figure of a page. Letters, digits, "-".
        label: What the picture shows, for who cannot see it; escaped here.
    """
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]*", prefix):
        raise ValueError(f"{prefix!r} cannot start an id")
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # Words are drawn in the page's fonts, not in the one that is measured with here.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    referenced = set(_REFERENCE.findall(buffer.getvalue()))
    for parent in root.iter():
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        _clean(element, referenced, prefix)
    view = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"viewBox": view, "role": "img", "aria-label": label})
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element, referenced: set[str], prefix: str) -> None:
    """Make one element fit into a page: plain names, own ids, the page's colours and fonts."""
    element.tag = _local(element.tag)
    element.tail = None
    if element.tag != "text":
        element.text = None
    attributes = {_local(name): value for name, value in element.attrib.items()}
    identifier = attributes.pop("id", None)
    if identifier in referenced:
        attributes["id"] = f"{prefix}-{identifier}"
    if "href" in attributes:
        attributes["href"] = f"#{prefix}-{attributes['href'].removeprefix('#')}"
    if "clip-path" in attributes:
        attributes["clip-path"] = attributes["clip-path"].replace("url(#", f"url(#{prefix}-")
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    for name in ("d", "x", "y", "points"):
        if name in attributes:
            attributes[name] = _LONG_NUMBER.sub(_shorter, " ".join(attributes[name].split()))
    if "style" in attributes:
        attributes["style"] = _themed(attributes["style"])
    element.attrib.clear()
    element.attrib.update(attributes)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _shorter(number: re.Match[str]) -> str:
    """A coordinate to a hundredth of a pixel."""
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")


def _themed(style: str) -> str:
    """A style without its font family (the page's holds) and with the page's colour variables."""
    kept = (part.strip() for part in style.split(";"))
    text = "; ".join(part for part in kept if part and not part.startswith("font-family"))
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return text
