"""Each condition's knowledge and perplexity against base, task by task and slice by slice.

Runs whose settings differ in what decides a figure are not compared, nor tasks with different
metrics; what was compared, and what not, is counted. The intervals are over items: they know
nothing of training again with another seed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from aleator.report.cells import place_in
from aleator.report.estimates import Estimate
from aleator.report.results import Collection, Result
from aleator.report.retention import knowledge, perplexity
from aleator.report.retention.knowledge import Knowledge
from aleator.report.retention.pairs import (
    NOTHING,
    Answers,
    Documents,
    Paired,
    Verdict,
    mean_change,
    mean_ratio,
    paired_answers,
    paired_documents,
)
from aleator.report.retention.perplexity import Perplexity
from aleator.report.row_files import row_path
from aleator.report.sentences import listed

_Items = TypeVar("_Items")
"""What the items of a part are kept in: answers, or documents."""

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
    if result.knowledge and base.knowledge and bench == "knowledge":
        ours, theirs = _tasks(result, result.knowledge), _tasks(base, base.knowledge)
        return tuple(_lines(result, base, bench, ours, theirs, paired_answers))
    if result.perplexity and base.perplexity and bench == "perplexity":
        ours, theirs = _slices(result, result.perplexity), _slices(base, base.perplexity)
        return tuple(_lines(result, base, bench, ours, theirs, paired_documents))
    return ()


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


@dataclass(frozen=True)
class _Part(Generic[_Items]):
    """A task or slice of one evaluation; parts whose figures are of another kind do not compare."""

    value: Sourced
    bits: Sourced | None
    metric: str
    items: _Items


def _tasks(result: Result, bench: Knowledge) -> dict[str, _Part[Answers]]:
    return {
        name: _Part(
            Sourced(task.value, place_in(result, f"{knowledge.NAME}.{task.place}.value")),
            None,
            task.metric,
            task.rows,
        )
        for name, task in bench.tasks.items()
    }


def _slices(result: Result, bench: Perplexity) -> dict[str, _Part[Documents]]:
    places = {
        name: place_in(result, f"{perplexity.NAME}.{one.place}")
        for name, one in bench.slices.items()
    }
    return {
        name: _Part(
            Sourced(one.perplexity, f"{places[name]}.perplexity"),
            Sourced(one.bits_per_byte, f"{places[name]}.bits_per_byte"),
            perplexity.NAME,
            one.rows,
        )
        for name, one in bench.slices.items()
    }


def _lines(
    result: Result,
    base: Result,
    bench: Bench,
    ours: Mapping[str, _Part[_Items]],
    theirs: Mapping[str, _Part[_Items]],
    pair: Callable[[_Items, _Items], Paired],
) -> Iterable[Line]:
    """Part by part, base's order first; `pair` compares the items of a part that both have."""
    refused = _other_settings(result, base, bench)
    source = _rows(result, base, bench)
    for name in dict.fromkeys([*theirs, *ours]):
        mine, other = ours.get(name), theirs.get(name)
        paired, why = NOTHING, refused
        if mine is None or other is None:
            why = why or _only_one_side(base_has_it=mine is None)
        elif mine.metric != other.metric:
            why = why or f"its metric is {mine.metric}, base's {other.metric}"
        elif not why:
            paired = pair(mine.items, other.items)
            why = _nothing_shared(paired)
        yield Line(
            bench,
            result.label,
            name,
            other and other.value,
            mine and mine.value,
            other and other.bits,
            mine and mine.bits,
            paired,
            source,
            why,
        )


def _rows(result: Result, base: Result, bench: Bench) -> str:
    paths = (row_path(one.folder_of(bench), bench) for one in (base, result))
    return listed([str(path) for path in paths])


def _only_one_side(*, base_has_it: bool) -> str:
    return "only base has it" if base_has_it else "base lacks it"


def _nothing_shared(paired: Paired) -> str:
    return "" if paired.count else "no item is the same on both sides"
