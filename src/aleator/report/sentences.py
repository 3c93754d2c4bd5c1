"""What sections say in words: their sentences, and how lists, intervals and answers are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aleator.report.estimates import Estimate
from aleator.report.measures import MISSING, alike, significant

_STAND_IN = "�"


@dataclass(frozen=True)
class Told:
    """What one section says.

    Attributes:
        base: How collapsed each base is, for the page's top; a sentence each.
        changes: What the conditions changed, in one line for the page's top; empty without any.
        failures: What got worse or missed a goal.
        details: Each condition's own sentence, for the section.
    """

    base: tuple[str, ...]
    changes: tuple[str, ...]
    failures: tuple[str, ...]
    details: tuple[str, ...]


def listed(items: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def interval(estimate: Estimate) -> str:
    """An interval as the page writes it, or that there is none."""
    if estimate.low is None or estimate.high is None:
        return MISSING
    _, low, high = in_parts(estimate)
    return f"{low} … {high}"


def in_parts(
    estimate: Estimate, write: Callable[[float], str] = significant
) -> tuple[str, str, str]:
    """Value, low and high as the page writes them, with the same number of decimals."""
    ends = (estimate.value, estimate.low, estimate.high)
    texts = iter(alike(write, [end for end in ends if end is not None]))
    value, low, high = (MISSING if end is None else next(texts) for end in ends)
    return value, low, high


def with_interval(estimate: Estimate) -> str:
    """A figure with its 95% interval in brackets, where it has one."""
    if estimate.value is None:
        return "undefined"
    if estimate.low is None or estimate.high is None:
        return f"{significant(estimate.value)} (too few for an interval)"
    return f"{in_parts(estimate)[0]} (95% interval {interval(estimate)})"


def plural(count: int, one: str) -> str:
    """`1 prompt`, `2 prompts`."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def shown(text: str, length: int) -> str:
    """A model's answer on one line of at most `length` characters.

    Control and format characters, which could hide or turn text around them, show as a stand-in.
    """
    plain = " ".join(text.split())
    plain = "".join(one if one.isprintable() else _STAND_IN for one in plain)
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"
