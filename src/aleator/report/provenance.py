"""Where each condition's numbers come from: files, model, seeds, commands, settings, versions."""

from collections.abc import Mapping
from dataclasses import dataclass

from aleator.report.measures import MISSING
from aleator.report.results import Collection, Result


@dataclass(frozen=True)
class ProvenanceRow:
    """One fact about every condition.

    Attributes:
        name: What it is.
        values: One a condition; a single one where all conditions share it.
    """

    name: str
    values: tuple[str, ...]


def provenance_rows(collection: Collection) -> tuple[ProvenanceRow, ...]:
    """Every fact that some condition states, in the order met."""
    facts = [facts_of(result) for result in collection.results]
    names = dict.fromkeys(name for one in facts for name in one)
    rows = []
    for name in names:
        values = tuple(one.get(name, MISSING) for one in facts)
        rows.append(ProvenanceRow(name, values[:1] if len(set(values)) == 1 else values))
    return tuple(rows)


def facts_of(result: Result) -> Mapping[str, str]:
    """What one condition states, by name."""
    facts = {
        "aggregates": "; ".join(str(one / "result.json") for one in result.folders),
        "rows": "; ".join(f"{path} ({count} rows)" for path, count in result.row_files.items()),
        "command": result.command or "not stated",
        "model": result.model,
        "adapter": result.adapter or "none",
        "seed": "not stated" if result.seed is None else str(result.seed),
    }
    if result.adapter is not None and not result.training:
        facts["training"] = "no run.yaml beside the adapter"
    facts |= {f"training: {name}": value for name, value in result.training.items()}
    facts |= {name: value for name, value in result.settings.items() if name != "seed"}
    return facts | {f"version of {name}": value for name, value in result.versions.items()}
