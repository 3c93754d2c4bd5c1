"""A matrix of runs as `aleator matrix` leaves it, one benchmark a folder."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.report.handmade import Json
from tests.report.retaining import write_retained

MODELS = ("small", "large")
CONDITIONS = ("base", "soft", "hard")
BENCHES = ("numeric", "knowledge", "perplexity")


def write_matrix(folder: Path) -> Path:
    """Two models in three conditions on three benchmarks; soft loses, as `retaining` has it."""
    source = folder / "source"
    whole = {path.name: path for path in write_retained(source)}
    out = folder / "matrix"
    for model in MODELS:
        for condition in CONDITIONS:
            for bench in BENCHES:
                write_cell(out, model, condition, bench, whole[condition])
    write_plan(out)
    return out


def write_plan(out: Path, **changes: Json | list[str]) -> None:
    """What `aleator matrix` writes beside the results, as far as a report reads it."""
    plan: dict[str, object] = {
        "schema_version": 1,
        "models": {name: {"model": f"org/{name}", "set": {}} for name in MODELS},
        "conditions": {"base": None, "soft": {"method": "soft"}, "hard": {"method": "hard"}},
        "benches": {name: {} for name in BENCHES},
    }
    (out / "matrix.json").write_text(json.dumps(plan | changes))


def write_cell(
    out: Path,
    model: str,
    condition: str,
    bench: str,
    source: Path,
    changes: Mapping[str, object] | None = None,
) -> Path:
    """One benchmark of an evaluation as a cell of its own."""
    top = json.loads((source / "result.json").read_text())
    cell = out / "eval" / model / condition / bench
    (cell / "rows").mkdir(parents=True)
    shutil.copy(source / "rows" / f"{bench}.jsonl", cell / "rows")
    adapter = None if condition == "base" else str(out / "train" / model / condition / "adapter")
    top |= {"model": f"org/{model}", "adapter": adapter, "command": f"aleator eval {cell}"}
    top["bench"] = {bench: top["bench"][bench]}
    (cell / "result.json").write_text(json.dumps(top | dict(changes or {})))
    weights = {"model_weights": model, "adapter_weights": None if adapter is None else condition}
    (cell / "run.yaml").write_text(yaml.safe_dump(weights))
    return cell
