from io import StringIO

from rich.console import Console, RenderableType

from aleator.cli.demo_display import goals_table
from aleator.report.comparisons import GOALS, Comparison, GoalLine
from aleator.report.results import Estimate


def _printed(what: RenderableType) -> str:
    console = Console(width=160, record=True, file=StringIO())
    console.print(what)
    return console.export_text()


def _line(label: str, ratio: Estimate) -> GoalLine:
    goal = GOALS[0]
    comparison = Comparison(label, goal.metric, goal.split, 3.0, 0.3, ratio, 92, 0, 0, 6)
    return GoalLine(goal, comparison)


def test_goals_are_told_with_interval_and_verdict() -> None:
    lines = [_line("soft", Estimate(0.1, 0.08, 0.12)), _line("hard", Estimate(None))]
    printed = _printed(goals_table(lines))
    assert "Shape KL ≤ 1/5" in printed and "held-out families" in printed
    assert "✓ 0.100" in printed and "0.080…0.120" in printed
    assert "– not measured" in printed


def test_four_conditions_fit_a_terminal_of_eighty_columns() -> None:
    names = ("soft", "hard", "anchored", "words")
    lines = [_line(name, Estimate(0.1234, 0.08123, 0.12345)) for name in names]
    console = Console(width=80, record=True, file=StringIO())
    console.print(goals_table(lines))
    printed = console.export_text()
    assert printed.count("0.081…0.123") == len(names)
    assert printed.count("…") == len(names)
