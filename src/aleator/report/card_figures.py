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
from aleator.report.measures import in_order
from aleator.report.method_costs import asked_otherwise
from aleator.report.novelty.section import novelty_section
from aleator.report.open_ended.section import open_ended_section
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import BENCHES, Line, retention_lines
from aleator.report.retention.section import retention_section
from aleator.report.sentences import Told
from aleator.report.tables import conditions_table
from aleator.report.words import headline

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
    """One benchmark: conditions by their labels, and its table."""

    bench: str
    labels: tuple[str, ...]
    table: ConditionsTable


def read_evaluations(directories: Sequence[Path], weights: Weights) -> Collection:
    """The evaluations of a model with and without its adapter, labelled as what they are.

    Raises:
        InputError: One is missing, or measured something else.
    """
    if not directories:
        return Collection(())
    found = load_results(directories)
    results = [replace(one, label=_label(one, weights)) for one in found.results]
    labels = [result.label for result in results]
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
    return tuple(
        BenchTable(name, tuple(one.label for one in collection.having(name).values()), table)
        for name, table in tables.items()
    )


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
                for title, cells in zip(one.table.titles, row.groups, strict=True):
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
                            metric_args=_beside(cell, one.labels, cells),
                        )
                    )
    return results


def _beside(cell: Cell, labels: Sequence[str], cells: Sequence[Cell]) -> dict[str, str | float]:
    """The interval, and what base had."""
    told: dict[str, str | float] = {}
    if cell.interval:
        told["interval_95"] = cell.interval
    for label, other in zip(labels, cells, strict=True):
        if label == BASE and other.exact:
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
