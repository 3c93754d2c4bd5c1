"""The README's table of what else calibration changed: knowledge and perplexity against base.

`readme_figures.py` calls it with the demo's results.
"""

from aleator.report.results import Collection
from aleator.report.retention.comparing import BENCHES, Line, retention_lines


def _title(line: Line) -> str:
    if line.bench == "knowledge":
        return f"{line.name} (points)"
    return f"perplexity, {line.name} (%)"


def retention_table(collection: Collection) -> str:
    """A row a task or slice: base, then each condition's change with its interval and verdict."""
    lines = [line for bench in BENCHES for line in retention_lines(collection, bench)]
    labels = list(dict.fromkeys(line.label for line in lines))
    rows = [
        f"| against base | base | {' | '.join(labels)} |",
        "| --- | --- |" + " --- |" * len(labels),
    ]
    for bench, name in dict.fromkeys((line.bench, line.name) for line in lines):
        mine = [line for line in lines if (line.bench, line.name) == (bench, name)]
        base = mine[0].base.estimate.value if mine[0].base else None
        shown = "undefined" if base is None else f"{base:.3f}"
        cells = " | ".join(_cell(line) for line in mine)
        rows.append(f"| {_title(mine[0])} | {shown} | {cells} |")
    return "\n".join(rows)


def _cell(line: Line) -> str:
    shift = line.shift
    if line.refused or shift.value is None:
        return line.refused or "undefined"
    if shift.low is None or shift.high is None:
        return f"{shift.value:+.1f} {line.verdict}"
    return f"{shift.value:+.1f} ({shift.low:+.1f} to {shift.high:+.1f}) {line.verdict}"
