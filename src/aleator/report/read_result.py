"""One evaluation directory to a `Result`: `result.json` and its files of rows.

Everything is read, nothing is computed. A directory has any of the benchmarks, at least one. An
undefined figure (null, NaN, infinite) becomes None; a file that lacks something is refused, naming
the directory, the file and the field.
"""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from aleator.errors import InputError
from aleator.files import read_json, read_yaml
from aleator.report import method_costs
from aleator.report.closed_sets import reading as closed_sets
from aleator.report.fields import Field
from aleator.report.mcq_positions import reading as mcq_positions
from aleator.report.method_costs import MethodCost, read_method
from aleator.report.novelty import reading as novelty
from aleator.report.numeric import reading as numeric
from aleator.report.open_ended import reading as open_ended
from aleator.report.results import Result
from aleator.report.retention import knowledge, perplexity

SCHEMA_VERSION = 1
"""The `schema_version` of result.json that this reader knows."""

FIGURES: Mapping[str, frozenset[str]] = {
    one.NAME: one.FIGURES
    for one in (
        numeric,
        closed_sets,
        open_ended,
        mcq_positions,
        novelty,
        knowledge,
        perplexity,
    )
}
"""The benchmarks that a page shows, and what of each in result.json is no setting."""

_KNOWN_FIELDS = frozenset(
    {"schema_version", "model", "adapter", "seed", "versions", "command", "bench"}
)
_TRAINING_FIELDS = ("method", "seed", "decimals", "command", "targets", "anchor", "spent")

_T = TypeVar("_T")


def read_result(directory: Path) -> Result:
    """Read one evaluation directory; its label is the directory's name.

    Raises:
        InputError: A file is missing, of another schema or not as it should be.
    """
    path = directory / "result.json"
    top = Field(read_json(path), path)
    version = top.get("schema_version").whole()
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{path} has schema_version {version}, this aleator reads {SCHEMA_VERSION}; "
            "evaluate again with this version"
        )
    benches = _benches(top, directory)
    adapter, command, seed = top.find("adapter"), top.find("command"), top.find("seed")
    versions, scale = top.find("versions"), top.find("adapter_scale")
    has_numbers = numeric.NAME in benches
    return Result(
        label=directory.resolve().name,
        directory=directory,
        model=top.get("model").text(),
        adapter=adapter.text() if adapter else None,
        seed=seed.whole() if seed else None,
        versions={name: _plain(item) for name, item in versions.items().items()}
        if versions
        else {},
        command=_plain(command) if command else None,
        settings=_settings(top, benches),
        training=_training(Path(adapter.text())) if adapter else {},
        splits=numeric.read_splits(benches[numeric.NAME]) if has_numbers else {},
        rows=numeric.read_prompts(directory) if has_numbers else (),
        closed_sets=_read(
            benches, closed_sets.NAME, lambda one: closed_sets.read_closed_sets(one, directory)
        ),
        open_ended=_read(
            benches, open_ended.NAME, lambda one: open_ended.read_open_ended(one, directory)
        ),
        mcq_positions=_read(benches, mcq_positions.NAME, mcq_positions.read_mcq_positions),
        novelty=_read(benches, novelty.NAME, novelty.read_novelty),
        knowledge=_read(
            benches, knowledge.NAME, lambda one: knowledge.read_knowledge(one, directory)
        ),
        perplexity=_read(
            benches, perplexity.NAME, lambda one: perplexity.read_perplexity(one, directory)
        ),
        adapter_scale=_scale(scale),
        row_files=_row_files(directory),
        methods=_methods(benches),
        weights=_weights(directory),
    )


def _benches(top: Field, directory: Path) -> dict[str, Field]:
    """The benchmarks there that a page can show."""
    bench = top.find("bench")
    there = bench.items() if bench else {}
    found = {name: there[name] for name in FIGURES if name in there}
    if not found:
        raise InputError(
            f"{directory} has no benchmark that a report shows: result.json lacks bench with one "
            f"of {', '.join(FIGURES)}; run `aleator eval … --bench numeric`"
        )
    return found


def _read(benches: Mapping[str, Field], name: str, reader: Callable[[Field], _T]) -> _T | None:
    return reader(benches[name]) if name in benches else None


def _scale(item: Field | None) -> float:
    """What the adapter was multiplied by; 1 where the file says nothing."""
    if item is None:
        return 1.0
    scale = item.number()
    if scale is None:
        raise InputError(f"{item.file}: {item.place} should be a finite number")
    return scale


def _weights(directory: Path) -> tuple[str | None, str | None]:
    """Fingerprints of the model's weights and the adapter's, where the run's record is there."""
    path = directory / "run.yaml"
    if not path.is_file():
        return None, None
    top = Field(read_yaml(path), path)
    model, adapter = top.find("model_weights"), top.find("adapter_weights")
    return model.text() if model else None, adapter.text() if adapter else None


def _methods(benches: Mapping[str, Field]) -> dict[str, MethodCost]:
    read = {name: read_method(item) for name, item in benches.items()}
    return {name: method for name, method in read.items() if method is not None}


def _row_files(directory: Path) -> dict[str, int]:
    """All files of rows by path, and how many rows each has."""
    counts: dict[str, int] = {}
    for path in sorted((directory / "rows").glob("*.jsonl")):
        with path.open("rb") as lines:
            counts[str(path)] = sum(1 for line in lines if line.strip())
    return counts


def _settings(top: Field, benches: Mapping[str, Field]) -> dict[str, str]:
    """Whatever else the file says about how it was made, flat, for the page's last section."""
    flat = _flat({name: item for name, item in top.items().items() if name not in _KNOWN_FIELDS})
    for bench, item in benches.items():
        parts = {n: one for n, one in item.items().items() if n not in FIGURES[bench]}
        method = parts.pop("method", None)
        flat |= _flat(parts, f"{bench}: ")
        if method is not None:
            own = {n: one for n, one in method.items().items() if n not in method_costs.FIGURES}
            flat |= _flat(own, f"{bench}: method.")
    return flat


def _training(adapter: Path) -> dict[str, str]:
    """What the run that left the adapter's folder says of itself, if it is still there."""
    path = adapter.parent / "run.yaml"
    if not path.is_file():
        return {}
    top = Field(read_yaml(path), path)
    fields = {name: item for name, item in top.items().items() if name in _TRAINING_FIELDS}
    recipe = top.find("recipe")
    anchor = recipe.find("anchor") if recipe else None
    kept = _flat(anchor.items(), "anchor.") if anchor else {}
    rounded = recipe.find("quantisation") if recipe else None
    if rounded is not None and rounded.value is not None:
        kept["quantisation"] = rounded.text()
    return {"record": str(path)} | _flat(fields) | kept


def _flat(items: Mapping[str, Field], prefix: str = "") -> dict[str, str]:
    """Nested values by dotted name."""
    flat: dict[str, str] = {}
    for name, item in items.items():
        if isinstance(item.value, dict):
            flat |= _flat(item.items(), f"{prefix}{name}.")
        else:
            flat[prefix + name] = _plain(item)
    return flat


def _plain(item: Field) -> str:
    """A value as a person reads it: words of a command quoted for a shell, floats not too long."""
    if isinstance(item.value, (list, tuple)):
        words = [str(word) for word in item.value]
        return shlex.join(words)
    if isinstance(item.value, float):
        return f"{item.value:.6g}"
    return "none" if item.value is None else str(item.value)
