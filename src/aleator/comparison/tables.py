"""A comparison as tables of text: for the terminal as well as for a page of Markdown.

`markdown(read_comparison(path))` is self-contained: budgets, a table for every matching and split,
what the families say, and how to read it all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from aleator.comparison.figures import LEVEL, METRICS
from aleator.comparison.matching import Matching
from aleator.comparison.results import Better, Comparison, Difference, Spent, SplitLines
from aleator.report.estimates import Estimate
from aleator.report.measures import BY_KEY, MISSING, split_title

MATCHING_TITLES: Mapping[Matching, str] = {
    "updates": "equal updates",
    "tokens": "equal forward tokens",
}
_DECIDED: tuple[Better, ...] = ("soft", "hard")


@dataclass(frozen=True)
class TextTable:
    """Rows of text under a heading; the first column names what the row is about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table in Markdown, its lines ended."""
        lines = [self.columns, ("---",) * len(self.columns), *self.rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def budget_table(comparison: Comparison) -> TextTable:
    """What was spent on a training, the mean over seeds; soft once, since it is always the same."""
    rows = []
    for title, spent in _budgets(comparison):
        amounts = (spent.updates, spent.tokens, spent.nodes)
        flops, seconds = f"{spent.flops / 1e12:,.2f}", f"{spent.seconds:,.0f}"
        rows.append((title, *(f"{one:,.0f}" for one in amounts), flops, seconds))
    columns = ("spent a training", "updates", "tokens", "nodes", "TFLOP, estimated", "seconds")
    return TextTable(columns, tuple(rows))


def measure_table(comparison: Comparison, matching: Matching, split: str) -> TextTable:
    """Soft against hard on one split: means, paired difference, test and verdict."""
    lines = comparison.matchings[matching].splits[split]
    rows = [
        (
            BY_KEY[metric].title,
            _estimate(line.soft),
            _estimate(line.hard),
            _difference(line.difference),
            f"{_p(line.difference.p)} ({_p(line.difference.p_adjusted)})",
            line.better or MISSING,
        )
        for metric, line in lines.metrics.items()
    ]
    about = f"{_title(matching, split)} ({lines.prompts} prompts)"
    columns = (about, "soft", "hard", "soft − hard", "p (Holm)", "better")
    return TextTable(columns, tuple(rows))


def measure_tables(comparison: Comparison) -> list[TextTable]:
    """`measure_table` of every matching and split."""
    return [
        measure_table(comparison, matching, split)
        for matching, matched in comparison.matchings.items()
        for split in matched.splits
    ]


def family_table(comparison: Comparison) -> TextTable:
    """In how many families which is better, and their names where that is shown."""
    rows = [
        (_title(matching, split), *(_verdicts(lines, metric) for metric in METRICS))
        for matching, matched in comparison.matchings.items()
        for split, lines in matched.splits.items()
    ]
    columns = ("better in how many families", *(BY_KEY[metric].title for metric in METRICS))
    return TextTable(columns, tuple(rows))


def reading(comparison: Comparison) -> str:
    """How to read the tables, in a paragraph."""
    seeds = ", ".join(map(str, comparison.seeds))
    any_matching = next(iter(comparison.matchings.values()))
    prompts = sum(lines.prompts for lines in any_matching.splits.values())
    limited = "" if comparison.limit is None else f" (at most {comparison.limit} a split)"
    return (
        f"Exact figures, means over {len(comparison.seeds)} training seeds ({seeds}) and {prompts} "
        f"prompts{limited} in families that weigh equal. Intervals are 95% and take seeds and "
        "prompts both for what could have been others; differences are paired by seed and prompt. "
        f"One is better where Holm's p over all rows is below {LEVEL} (over families Benjamini and "
        "Hochberg's); it leans to one where only the row's own p is, which may well be chance. "
        "Seconds depend on what else the machine did."
    )


def markdown(comparison: Comparison) -> str:
    """All of it in Markdown, ended by a line end."""
    tables = [budget_table(comparison), *measure_tables(comparison), family_table(comparison)]
    return "\n".join([*(table.markdown() for table in tables), reading(comparison) + "\n"])


def _title(matching: Matching, split: str) -> str:
    return f"{MATCHING_TITLES[matching]}, {split_title(split).lower()}"


def _budgets(comparison: Comparison) -> Iterator[tuple[str, Spent]]:
    for place, (matching, matched) in enumerate(comparison.matchings.items()):
        if place == 0:
            yield "soft", matched.spent["soft"]
        yield f"hard, {MATCHING_TITLES[matching]}", matched.spent["hard"]


def _verdicts(lines: SplitLines, metric: str) -> str:
    """`soft 2 (beta, gamma), leans hard 1, undecided 21`; methods that win none are left out."""
    parts = []
    for verdict in get_args(Better):
        names = [f for f, measures in lines.families.items() if measures[metric].better == verdict]
        if names:
            listed = f" ({', '.join(names)})" if verdict in _DECIDED else ""
            parts.append(f"{verdict} {len(names)}{listed}")
    return ", ".join(parts) or MISSING


def _estimate(estimate: Estimate) -> str:
    return _with_interval((estimate.value, estimate.low, estimate.high), "{:.3f}")


def _difference(difference: Difference) -> str:
    return _with_interval((difference.value, difference.low, difference.high), "{:+.4f}")


def _with_interval(figures: Sequence[float | None], form: str) -> str:
    value, low, high = (None if one is None else form.format(one) for one in figures)
    if value is None:
        return MISSING
    told = value if low is None or high is None else f"{value} ({low} to {high})"
    return told.replace("-", "−")


def _p(p: float | None) -> str:
    if p is None:
        return MISSING
    return "<0.001" if p < 0.001 else f"{p:.3f}"
