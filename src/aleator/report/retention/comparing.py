"""Each condition's knowledge and perplexity against base, task by task and slice by slice.

Runs whose settings differ in what decides a figure are not compared, nor tasks with different
metrics; what was compared, and what not, is counted. The intervals are over items: they know
nothing of training again with another seed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aleator.report.cells import place_in
from aleator.report.estimates import Estimate
from aleator.report.results import Collection, Result
from aleator.report.retention import knowledge, perplexity
from aleator.report.retention.knowledge import Task
from aleator.report.retention.pairs import (
    NOTHING,
    Paired,
    Verdict,
    mean_change,
    mean_ratio,
    paired_answers,
    paired_documents,
)
from aleator.report.retention.perplexity import Slice
from aleator.report.row_files import row_path
from aleator.report.sentences import listed

Bench = Literal["knowledge", "perplexity"]
BENCHES: tuple[Bench, ...] = ("knowledge", "perplexity")
_MATTERS: Mapping[Bench, frozenset[str]] = {
    "knowledge": knowledge.MATTERS,
    "perplexity": perplexity.MATTERS,
}


@dataclass(frozen=True)
class Sourced:
    """A figure with its file and field."""

    estimate: Estimate
    source: str


@dataclass(frozen=True)
class Line:
    """One task or slice of one condition against its base.

    Attributes:
        label: The condition.
        name: The task or slice.
        base: What base's result.json says of it; None where it lacks it.
        own: The same of the condition.
        base_bits: Base's bits per byte; None for a task.
        own_bits: The condition's.
        paired: The comparison over the items that both have.
        source: The files of rows that it was computed from.
        refused: Why there is none; empty where there is one.
    """

    bench: Bench
    label: str
    name: str
    base: Sourced | None
    own: Sourced | None
    base_bits: Sourced | None
    own_bits: Sourced | None
    paired: Paired
    source: str
    refused: str = ""

    @property
    def verdict(self) -> Verdict:
        """What may be said of it."""
        return self.paired.verdict

    @property
    def shift(self) -> Estimate:
        """The change in points, or in per cent of base's perplexity."""
        return shifted(self.paired.change, self.bench)


def shifted(change: Estimate, bench: Bench) -> Estimate:
    """A difference of accuracies in points, or a ratio of perplexities in per cent above base."""
    none = 0.0 if bench == "knowledge" else 1.0
    value, low, high = (
        None if end is None else 100 * (end - none)
        for end in (change.value, change.low, change.high)
    )
    return Estimate(value, low, high)


def retention_lines(collection: Collection, bench: Bench) -> tuple[Line, ...]:
    """Every task or slice of every condition that has a base beside it, in the page's order."""
    return tuple(
        line for result, base in collection.pairs(bench) for line in lines_of(result, base, bench)
    )


def lines_of(result: Result, base: Result, bench: Bench) -> tuple[Line, ...]:
    """Every task or slice that `result` or `base` has; none where either lacks the benchmark."""
    refused = _other_settings(result, base, bench)
    made = _tasks if bench == "knowledge" else _slices
    return tuple(made(result, base, refused))


def overall(lines: Sequence[Line], bench: Bench) -> Estimate:
    """The mean shift over tasks, or that of the geometric mean over slices; each weighs equal.

    Undefined where one of them was not compared: a mean over some would compare other things.
    """
    changes = [line.paired.change for line in lines]
    mean = mean_change(changes) if bench == "knowledge" else mean_ratio(changes)
    return shifted(mean, bench)


def _other_settings(result: Result, base: Result, bench: Bench) -> str:
    """How two runs of a benchmark differ so that they cannot be compared; empty where not."""
    told = []
    for name in sorted({*result.settings, *base.settings}):
        part, _, setting = name.partition(": ")
        if part == bench and setting.partition(".")[0] in _MATTERS[bench]:
            ours, theirs = (one.settings.get(name, "not stated") for one in (result, base))
            if ours != theirs:
                told.append(f"{setting} {ours}, base's {theirs}")
    return f"other settings: {'; '.join(told)}" if told else ""


def _tasks(result: Result, base: Result, refused: str) -> Iterable[Line]:
    if result.knowledge is None or base.knowledge is None:
        return
    ours, theirs = result.knowledge.tasks, base.knowledge.tasks
    for name in dict.fromkeys([*theirs, *ours]):
        mine, other = ours.get(name), theirs.get(name)
        paired, why = NOTHING, refused
        if mine is None or other is None:
            why = why or _only_one_side(base_has_it=mine is None)
        elif mine.metric != other.metric:
            why = why or f"its metric is {mine.metric}, base's {other.metric}"
        elif not why:
            paired = paired_answers(mine.rows, other.rows)
            why = _nothing_shared(paired)
        own, before = _task_value(result, mine), _task_value(base, other)
        source = _rows(result, base, "knowledge")
        yield Line("knowledge", result.label, name, before, own, None, None, paired, source, why)


def _slices(result: Result, base: Result, refused: str) -> Iterable[Line]:
    if result.perplexity is None or base.perplexity is None:
        return
    ours, theirs = result.perplexity.slices, base.perplexity.slices
    for name in dict.fromkeys([*theirs, *ours]):
        mine, other = ours.get(name), theirs.get(name)
        paired, why = NOTHING, refused
        if mine is None or other is None:
            why = why or _only_one_side(base_has_it=mine is None)
        elif not why:
            paired = paired_documents(mine.rows, other.rows)
            why = _nothing_shared(paired)
        before, before_bits = _slice_values(base, other)
        own, own_bits = _slice_values(result, mine)
        yield Line(
            "perplexity",
            result.label,
            name,
            before,
            own,
            before_bits,
            own_bits,
            paired,
            _rows(result, base, "perplexity"),
            why,
        )


def _rows(result: Result, base: Result, bench: Bench) -> str:
    paths = (row_path(one.directory, bench) for one in (base, result))
    return listed([str(path) for path in paths])


def _only_one_side(*, base_has_it: bool) -> str:
    return "only base has it" if base_has_it else "base lacks it"


def _nothing_shared(paired: Paired) -> str:
    return "" if paired.count else "no item is the same on both sides"


def _task_value(result: Result, task: Task | None) -> Sourced | None:
    if task is None:
        return None
    return Sourced(task.value, place_in(result, f"{knowledge.NAME}.{task.place}.value"))


def _slice_values(result: Result, one: Slice | None) -> tuple[Sourced | None, Sourced | None]:
    if one is None:
        return None, None
    place = place_in(result, f"{perplexity.NAME}.{one.place}")
    return (
        Sourced(one.perplexity, f"{place}.perplexity"),
        Sourced(one.bits_per_byte, f"{place}.bits_per_byte"),
    )
