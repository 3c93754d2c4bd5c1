"""What `aleator demo` shows when it is done: the goals."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from aleator.report.comparisons import GoalLine, Verdict
from aleator.report.measures import BY_KEY, significant, split_title

_VERDICT_STYLES: dict[Verdict, tuple[str, str]] = {
    "met": ("✓", "green"),
    "not met": ("✗", "red"),
    "undecided": ("?", "yellow"),
    "not measured": ("–", "dim"),
}
_CAPTION = "95% intervals. ✓ met, ✗ not met, ? undecided: the interval holds the goal"


def goals_table(lines: Sequence[GoalLine]) -> Table:
    """The goals as measured: a row a goal, a column a condition."""
    labels = list(dict.fromkeys(line.comparison.label for line in lines))
    table = Table(box=SIMPLE_HEAD, caption=_CAPTION, caption_justify="left")
    table.add_column("ratio to base", no_wrap=True)
    for label in labels:
        table.add_column(Text(label), no_wrap=True)
    for goal in dict.fromkeys(line.goal for line in lines):
        cells = {line.comparison.label: _verdict(line) for line in lines if line.goal == goal}
        title = f"{BY_KEY[goal.metric].short} ≤ {goal.written}\n{split_title(goal.split).lower()}"
        table.add_row(title, *(cells[label] for label in labels))
    return table


def _verdict(line: GoalLine) -> Text:
    mark, style = _VERDICT_STYLES[line.verdict]
    ratio = line.comparison.ratio
    if ratio.value is None or ratio.low is None or ratio.high is None:
        return Text(f"{mark} not measured", style)
    interval = f"{significant(ratio.low)}…{significant(ratio.high)}"
    value = (significant(ratio.value), "bold")
    return Text.assemble((f"{mark} ", style), value, f"\n{interval}")
