"""What a directory says of knowledge: tasks with right answers, each with its own metric."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aleator.errors import InputError
from aleator.report.estimates import Estimate, Figures, read_bare_figures, read_estimate
from aleator.report.fields import Field
from aleator.report.row_files import row_fields

NAME = "knowledge"
FIGURES = frozenset({"tasks", "aggregate"})
"""What result.json holds of it besides settings."""

MATTERS = frozenset({"harness", "shots_seed", "max_new_tokens"})
"""Settings that decide what a figure means; runs that differ in one are not compared."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Task:
    """One task of one condition.

    Attributes:
        place: Where it stands below the benchmark.
        metric: The name of its headline metric: a share of right answers, more is better.
        items: How many were asked.
        value: The headline metric over all of them.
        others: Its other metrics.
        rows: The headline metric of every item, by the row's key.
    """

    place: str
    metric: str
    items: int
    value: Estimate
    others: Figures
    rows: Mapping[str, float | None]


@dataclass(frozen=True)
class Knowledge:
    """The benchmark of one condition: tasks by name, and figures over all of them, if any."""

    tasks: Mapping[str, Task]
    aggregate: Figures


def read_knowledge(bench: Field, directory: Path) -> Knowledge:
    """Read the benchmark.

    Raises:
        InputError: A file is missing or not as it should be.
    """
    rows: dict[str, dict[str, Mapping[str, float | None]]] = {}
    for row in row_fields(directory, NAME):
        metrics = read_bare_figures(row.get("metrics"))
        rows.setdefault(row.get("task").text(), {})[row.get("key").text()] = metrics
    tasks: dict[str, Task] = {}
    for number, item in enumerate(bench.get("tasks").parts()):
        name, metric = item.get("task").text(), item.get("metric").text()
        others = item.find("others")
        tasks[name] = Task(
            place=f"tasks[{number}]",
            metric=metric,
            items=item.get("items").whole(),
            value=read_estimate(item.get("value")),
            others=_figures(others),
            rows={key: _share(found, metric, item) for key, found in rows.get(name, {}).items()},
        )
    return Knowledge(tasks, _figures(bench.find("aggregate")))


def _share(metrics: Mapping[str, float | None], metric: str, item: Field) -> float | None:
    value = metrics.get(metric)
    if value is None:
        return None
    if not -_ROUNDING <= value <= 1 + _ROUNDING:
        raise InputError(
            f"{item.file}: {item.place}.metric is {metric}, which is {value:g} in a row of "
            f"{NAME}.jsonl; a report compares shares between 0 and 1"
        )
    return min(max(value, 0.0), 1.0)


def _figures(item: Field | None) -> dict[str, Estimate]:
    """The figures of an object that may have other fields, too; undefined ones may be null."""
    fields = {} if item is None else item.items()
    return {
        name: read_estimate(one)
        for name, one in fields.items()
        if one.value is None or isinstance(one.value, dict)
    }
