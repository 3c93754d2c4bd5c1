"""The figures of a model card: whose evaluations they are, as tables and for the hub's index.

An evaluation speaks for a card only if it measured the very weights that are exported: its run.yaml
names them by fingerprint. What is on the card is what `aleator report` would show of the same
directories: the same tables, the same intervals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from huggingface_hub import EvalResult

from aleator.errors import InputError
from aleator.files import as_object, read_yaml
from aleator.report.cells import Cell, ConditionsTable
from aleator.report.closed_sets.section import closed_sets_section
from aleator.report.comparisons import goal_lines
from aleator.report.load import load_results
from aleator.report.mcq_positions.section import mcq_section
from aleator.report.measures import MISSING, in_order
from aleator.report.method_costs import asked_otherwise
from aleator.report.novelty.section import novelty_section
from aleator.report.open_ended.section import open_ended_section
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import BENCHES, Line, retention_lines
from aleator.report.retention.section import retention_section
from aleator.report.sentences import Told
from aleator.report.tables import conditions_table, single_prompt_notes
from aleator.report.words import headline

_SAID_ELSEWHERE = {"limit", "seed", "method", "targets", "files", "parameters"}
"""Settings that counts and labels show, or whose files have a hash beside them."""

BASE = "base"
CALIBRATED = "calibrated"

TITLES: Mapping[str, str] = {
    "numeric": "Numbers from thirty families",
    "closed_sets": "Closed sets",
    "open_ended": "Open-ended answers",
    "mcq_positions": "Positions of right answers",
    "novelty": "NoveltyBench",
    "knowledge": "Knowledge kept",
    "perplexity": "Perplexity of ordinary text",
}
"""The benchmarks that a card has, by name."""


@dataclass(frozen=True)
class Weights:
    """What an evaluation must have measured.

    Attributes:
        model: Commit of a hub model, or fingerprint of the files in a directory.
        adapter: Fingerprint of the adapter.
    """

    model: str
    adapter: str


@dataclass(frozen=True)
class BenchTable:
    """One benchmark: conditions by their labels, its table, and what to know when reading it."""

    bench: str
    labels: tuple[str, ...]
    table: ConditionsTable
    notes: tuple[str, ...] = ()


def read_evaluations(directories: Sequence[Path], weights: Weights) -> Collection:
    """The evaluations of a model with and without its adapter, labelled as what they are.

    Raises:
        InputError: One is missing, or measured something else, or none measured the adapter.
    """
    if not directories:
        return Collection(())
    found = load_results(directories)
    results = [replace(one, label=_label(one, weights)) for one in found.results]
    labels = [result.label for result in results]
    if not any(label.startswith(CALIBRATED) for label in labels):
        raise InputError(
            "of the evaluations that were given none measured this adapter, only the model without "
            "it: add one of `aleator eval --adapter`, or leave --eval out"
        )
    told = [
        result
        if labels.count(result.label) == 1
        else replace(result, label=f"{result.label} ({result.directory.resolve().name})")
        for result in results
    ]
    return Collection(tuple(told), found.left_out)


def bench_tables(collection: Collection) -> tuple[BenchTable, ...]:
    """A table of every benchmark that some condition has."""
    splits = in_order(collection.splits)
    tables = {name: table for name, (table, _) in _language(collection).items()}
    if (retention := retention_section(collection, _kept(collection))) is not None:
        names = [bench for bench in BENCHES if collection.having(bench)]
        tables |= {name: one.table for name, one in zip(names, retention.tables, strict=True)}
    if splits:
        tables = {NUMERIC: conditions_table(collection, splits, "family_mean"), **tables}
    alone = {NUMERIC: single_prompt_notes(collection)}
    found = []
    for name, table in tables.items():
        results = tuple(collection.having(name).values())
        labels = tuple(one.label for one in results)
        notes = (*_uneven(labels, table), *_set_otherwise(name, results), *alone.get(name, ()))
        found.append(BenchTable(name, labels, table, notes))
    return tuple(found)


def _uneven(labels: Sequence[str], table: ConditionsTable) -> tuple[str, ...]:
    """Whether the columns of a table stand on different numbers of items."""
    different = []
    for title, counts in zip(table.titles, table.counts, strict=True):
        known = [pair for pair in zip(labels, counts, strict=True) if pair[1] != MISSING]
        if len({_items(count) for _, count in known}) > 1:
            different.append(f"{title}: {', '.join(f'{label} {count}' for label, count in known)}")
    if not different:
        return ()
    return (
        "The columns are not of the same items, so that their figures are not to be compared: "
        f"{'; '.join(different)}.",
    )


def _set_otherwise(bench: str, results: Sequence[Result]) -> tuple[str, ...]:
    """Whether a benchmark's settings differ; by name only, for values may be places here."""
    kinds: dict[str, set[str]] = {}
    for name in {name for one in results for name in one.settings}:
        part, _, setting = name.partition(": ")
        if part == bench and setting.partition(".")[0] not in _SAID_ELSEWHERE:
            kinds[setting] = {one.settings.get(name, MISSING) for one in results}
    different = sorted(setting for setting, values in kinds.items() if len(values) > 1)
    if not different:
        return ()
    return (
        f"The columns were not measured with the same settings ({', '.join(different)}), so that "
        "it may be these that make the difference.",
    )


def _items(count: str) -> str:
    """What was asked; of "13 of 500 draws" that parse, the draws."""
    return count.rpartition(" of ")[2]


def setbacks_told(collection: Collection) -> tuple[str, ...]:
    """What got worse than base or missed a goal, as the report's page says it."""
    if len(collection.results) < 2:
        return ()
    kept = _kept(collection)
    told = [told for _, told in _language(collection).values()]
    if (retention := retention_section(collection, kept)) is not None:
        told.append(retention.told)
    return headline(collection, goal_lines(collection), told, kept).failures


def _kept(collection: Collection) -> list[Line]:
    return [line for bench in BENCHES for line in retention_lines(collection, bench)]


def _language(collection: Collection) -> dict[str, tuple[ConditionsTable, Told]]:
    """Tables and sentences of the benchmarks other than the numeric one."""
    found: dict[str, tuple[ConditionsTable, Told]] = {}
    if (closed_sets := closed_sets_section(collection)) is not None:
        found["closed_sets"] = closed_sets.means, closed_sets.told
    others = {
        "open_ended": open_ended_section(collection),
        "mcq_positions": mcq_section(collection),
        "novelty": novelty_section(collection),
    }
    return found | {name: (one.table, one.told) for name, one in others.items() if one is not None}


def index_results(tables: Sequence[BenchTable]) -> list[EvalResult]:
    """What the hub's `model-index` says: the calibrated model's figures, base's beside them.

    Undefined figures are left out. An interval is text, as the table has it.
    """
    results = []
    for one in tables:
        for place, label in enumerate(one.labels):
            if not label.startswith(CALIBRATED):
                continue
            for row in one.table.rows:
                for title, counts, cells in zip(
                    one.table.titles, one.table.counts, row.groups, strict=True
                ):
                    cell = cells[place]
                    if not cell.exact:
                        continue
                    results.append(
                        EvalResult(
                            task_type="text-generation",
                            dataset_type=f"aleator-{one.bench.replace('_', '-')}",
                            dataset_name=TITLES[one.bench],
                            dataset_config=label,
                            dataset_split=title,
                            metric_type=row.measure.key,
                            metric_name=row.measure.title,
                            metric_value=float(cell.exact),
                            metric_args=_beside(place, one.labels, counts, cells),
                        )
                    )
    return results


def _beside(
    place: int, labels: Sequence[str], counts: Sequence[str], cells: Sequence[Cell]
) -> dict[str, str | float]:
    """The interval of a condition's figure, and what base had over as many items."""
    told: dict[str, str | float] = {}
    if cells[place].interval:
        told["interval_95"] = cells[place].interval
    for label, count, other in zip(labels, counts, cells, strict=True):
        if label == BASE and other.exact and _items(count) == _items(counts[place]):
            told["base"] = float(other.exact)
            if other.interval:
                told["base_interval_95"] = other.interval
    return told


def _label(result: Result, weights: Weights) -> str:
    for folder in result.folders:
        _check_weights(result, folder, weights)
    role = BASE if result.adapter is None else CALIBRATED
    asked = asked_otherwise(result.methods)
    return f"{role}, {asked}" if asked else role


def _check_weights(result: Result, folder: Path, weights: Weights) -> None:
    """Refuse an evaluation of other weights than those that are exported."""
    path = folder / "run.yaml"
    if not path.is_file():
        raise InputError(
            f"{folder} has no run.yaml, so that nobody knows which weights it measured; "
            "evaluate again"
        )
    record = as_object(read_yaml(path), path)
    adapter = record.get("adapter_weights")
    if record.get("model_weights") != weights.model or adapter not in (None, weights.adapter):
        measured = result.model + (f" with {result.adapter}" if result.adapter else "")
        raise InputError(
            f"{folder} measured other weights ({measured}) than those that are exported; "
            "leave it out, or evaluate the run's own model and adapter"
        )
    if adapter is not None and result.adapter_scale != 1:
        raise InputError(
            f"{folder} measured the adapter at scale {result.adapter_scale:g}, and it is "
            "exported as it was trained; leave it out"
        )
