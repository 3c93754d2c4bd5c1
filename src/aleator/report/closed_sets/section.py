"""The section on closed sets: pictures of some sets, means by split, every set by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from aleator.report.cells import (
    Cell,
    Column,
    ConditionsTable,
    Group,
    figure_cell,
    measures_table,
    place_in,
    tint,
)
from aleator.report.closed_sets.measures import (
    ALL,
    HELD_OUT,
    MEASURES,
    SPLIT_TITLES,
    TOP_SHARES,
    VALID_SHARES,
    VARIATIONS,
    split_title,
)
from aleator.report.closed_sets.picture import Bar, shares_figure
from aleator.report.closed_sets.reading import NAME, ClosedSet, ClosedSets
from aleator.report.closed_sets.words import closed_sets_told
from aleator.report.estimates import Estimate
from aleator.report.left_out import LeftOutRow, count_rows, partly
from aleator.report.measures import MISSING, Measure
from aleator.report.results import Collection, Result
from aleator.report.sentences import Told, plural

PANELS = 12
RULE = (
    "Held-out sets first, then the others, at even steps through the target file, chosen without "
    "looking at the results."
)
_BY_KEY = {measure.key: measure for measure in MEASURES}
_OF_A_SET = (VARIATIONS, VALID_SHARES, TOP_SHARES)
"""What the table of sets shows; the rest is in result.json."""

Benches = dict[int, tuple[Result, ClosedSets]]
"""The conditions that have the benchmark, by their place on the page."""


@dataclass(frozen=True)
class Panel:
    """The picture of one set."""

    name: str
    split: str
    outcomes: int
    drawing: Markup


@dataclass(frozen=True)
class SetRow:
    """One set: its cells by measure, in each group one a condition."""

    name: str
    split: str
    groups: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class ClosedSetsSection:
    """What the template shows; ``places`` are those of the conditions that have the benchmark."""

    places: tuple[int, ...]
    told: Told
    panels: tuple[Panel, ...]
    rule: str
    means: ConditionsTable
    measures: tuple[Measure, ...]
    sets: tuple[SetRow, ...]
    left_out_rows: tuple[LeftOutRow, ...]


def closed_sets_section(collection: Collection) -> ClosedSetsSection | None:
    """The section's content; None where no condition has the benchmark."""
    benches: Benches = {
        place: (result, result.closed_sets)
        for place, result in collection.having(NAME).items()
        if result.closed_sets is not None
    }
    if not benches:
        return None
    return ClosedSetsSection(
        places=tuple(benches),
        told=closed_sets_told(collection),
        panels=tuple(_panels(benches)),
        rule=RULE,
        means=measures_table(MEASURES, _groups(benches)),
        measures=tuple(_BY_KEY[exact] for exact, _ in _OF_A_SET),
        sets=tuple(_set_rows(benches)),
        left_out_rows=tuple(_left_out(collection)),
    )


def choose_sets(benches: Sequence[ClosedSets], count: int = PANELS) -> list[str]:
    """At most `count` sets that every condition has with the same target, by `RULE`."""
    first = benches[0].sets
    shared = [
        name
        for name, one in first.items()
        if all(name in bench.sets and _same(one, bench.sets[name]) for bench in benches)
    ]
    held_out = [name for name in shared if first[name].split == HELD_OUT]
    others = [name for name in shared if first[name].split != HELD_OUT]
    chosen = _spread(held_out, count)
    return chosen + _spread(others, count - len(chosen))


def _same(one: ClosedSet, other: ClosedSet) -> bool:
    told = one.target.keys() & other.target.keys()
    alike = all(one.target[name] == other.target[name] for name in told)
    return one.outcomes == other.outcomes and alike


def _spread(names: Sequence[str], room: int) -> list[str]:
    if len(names) <= room:
        return list(names)
    return [names[index * len(names) // room] for index in range(room)]


def _panels(benches: Benches) -> list[Panel]:
    names = choose_sets([bench for _, bench in benches.values()])
    panels = []
    for number, name in enumerate(names):
        bars = [
            Bar(result.label, bench.sets[name].answers, place)
            for place, (result, bench) in benches.items()
        ]
        one = next(iter(benches.values()))[1].sets[name]
        drawn = Markup(shares_figure(name, one, bars, prefix=f"set{number}"))
        panels.append(Panel(name, split_title(one.split).lower(), one.outcomes, drawn))
    return panels


def _groups(benches: Benches) -> list[Group]:
    found = dict.fromkeys(split for _, bench in benches.values() for split in bench.splits)
    known = [split for split in SPLIT_TITLES if split in found]
    splits = [*known, *(split for split in found if split not in SPLIT_TITLES)]
    if splits[-1:] == [ALL] and len(splits) == 2:
        splits = splits[:1]  # all are the one split's
    return [
        Group(split_title(split), tuple(_column(*one, split) for one in benches.values()))
        for split in splits
    ]


def _column(result: Result, bench: ClosedSets, split: str) -> Column:
    source = place_in(result, f"{NAME}.splits.{split}.mean")
    part = bench.splits.get(split)
    if part is None:
        return Column(MISSING, {}, source)
    count = f"{plural(part.sets, 'set')}, {plural(part.prompts, 'prompt')}"
    return Column(count, part.mean, source)


def _set_rows(benches: Benches) -> list[SetRow]:
    split_of: dict[str, str] = {}
    for _, bench in benches.values():
        for name, one in bench.sets.items():
            split_of.setdefault(name, one.split)
    names = sorted(split_of, key=lambda name: split_of[name] != HELD_OUT)  # stable: file's order
    rows = []
    for name in names:
        groups = tuple(
            tuple(
                _set_cell(result, bench.sets.get(name), name, keys)
                for result, bench in benches.values()
            )
            for keys in _OF_A_SET
        )
        rows.append(SetRow(name, split_title(split_of[name]).lower(), groups))
    return rows


def _set_cell(result: Result, one: ClosedSet | None, name: str, keys: tuple[str, str]) -> Cell:
    """The exact figure, or where there is none the drawn one."""
    figures = {} if one is None else one.figures
    key = next((key for key in keys if figures.get(key) is not None), keys[0])
    value = figures.get(key)
    heat = 0 if keys == VALID_SHARES else tint(value, 1.0)
    source = place_in(result, f"{NAME}.sets.{name}.{key}")
    return figure_cell(_BY_KEY[key].write, Estimate(value), source, heat)


def _left_out(collection: Collection) -> list[LeftOutRow]:
    counts = []
    for result in collection.results:
        part = None if result.closed_sets is None else result.closed_sets.splits.get(ALL)
        counts.append(None if part is None else partly(part.left_out, part.prompts))
    titles = {measure.key: measure.title for measure in MEASURES}
    return count_rows("Closed sets", counts, titles)
