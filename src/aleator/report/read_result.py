"""One evaluation directory to a `Result`: `result.json` and `rows/numeric.jsonl`.

Everything is read, nothing is computed. An undefined figure (null, NaN, infinite) becomes None; a
file that lacks something is refused, naming the directory, the file and the field.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path

from aleator.errors import InputError
from aleator.files import read_json, read_rows, read_yaml
from aleator.report.fields import Field
from aleator.report.results import Curve, Estimate, PromptResult, Result, SplitResult

SCHEMA_VERSION = 1
"""The `schema_version` of result.json that this reader knows."""

_KNOWN_FIELDS = frozenset(
    {"schema_version", "model", "adapter", "seed", "versions", "command", "bench"}
)
_TRAINING_FIELDS = ("method", "seed", "decimals", "command", "spent")
_ROW_FIELDS = frozenset({"key", "split", "family", "prompt", "parameters", "cdf"})


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
    numeric = _numeric(top, directory)
    adapter, command, seed = top.find("adapter"), top.find("command"), top.find("seed")
    versions = top.find("versions")
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
        settings=_settings(top, numeric),
        training=_training(Path(adapter.text())) if adapter else {},
        splits={name: _split(item) for name, item in numeric.get("splits").items().items()},
        rows=_rows(directory),
    )


def _numeric(top: Field, directory: Path) -> Field:
    bench = top.find("bench")
    numeric = bench.find("numeric") if bench else None
    if numeric is None:
        raise InputError(
            f"{directory} has no numeric benchmark: result.json lacks bench.numeric; "
            "run `aleator eval … --bench numeric`"
        )
    return numeric


def _settings(top: Field, numeric: Field) -> dict[str, str]:
    """Whatever else the file says about how it was made, flat, for the page's last section."""
    rest = {name: item for name, item in top.items().items() if name not in _KNOWN_FIELDS}
    rest |= {name: item for name, item in numeric.items().items() if name != "splits"}
    return _flat(rest)


def _training(adapter: Path) -> dict[str, str]:
    """What the run that left the adapter's folder says of itself, if it is still there."""
    path = adapter.parent / "run.yaml"
    if not path.is_file():
        return {}
    items = Field(read_yaml(path), path).items()
    return {"record": str(path)} | _flat(
        {name: item for name, item in items.items() if name in _TRAINING_FIELDS}
    )


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


def _split(item: Field) -> SplitResult:
    left_out = item.find("left_out")
    families = {
        family: {name: _estimate(figure) for name, figure in metrics.items().items()}
        for family, metrics in item.get("families").items().items()
    }
    return SplitResult(
        prompts=item.get("prompts").whole(),
        family_mean=_estimates(item.get("family_mean")),
        family_median=_estimates(item.get("family_median")),
        families=families,
        left_out=_counts(left_out) if left_out else {},
    )


def _counts(item: Field) -> dict[str, int]:
    return {name: count.whole() for name, count in item.items().items()}


def _estimates(item: Field) -> dict[str, Estimate]:
    return {name: _estimate(figure) for name, figure in item.items().items()}


def _estimate(item: Field) -> Estimate:
    """A bare figure, or an object with its interval."""
    if not isinstance(item.value, dict):
        return Estimate(item.number())
    parts = item.items()
    if "value" not in parts:
        raise InputError(f"{item.file} lacks {item.place}.value")
    low, high = parts.get("low"), parts.get("high")
    return Estimate(
        parts["value"].number(),
        low.number() if low else None,
        high.number() if high else None,
    )


def _rows(directory: Path) -> tuple[PromptResult, ...]:
    path = directory / "rows" / "numeric.jsonl"
    if not path.is_file():
        raise InputError(
            f"{directory} is incomplete: rows/numeric.jsonl is missing; evaluate again"
        )
    rows = (
        _row(Field(row, path, f"line {number}"))
        for number, row in enumerate(read_rows(path), start=1)
    )
    return tuple(rows)


def _row(item: Field) -> PromptResult:
    curve = item.find("cdf")
    parameters = item.find("parameters")
    metrics = {
        name: figure.number()
        for name, figure in item.items().items()
        if name not in _ROW_FIELDS and _is_figure(figure)
    }
    return PromptResult(
        key=item.get("key").text(),
        split=item.get("split").text(),
        family=item.get("family").text(),
        prompt=item.get("prompt").text(),
        parameters=_parameters(parameters) if parameters else (),
        metrics=metrics,
        curve=_curve(curve) if curve else None,
    )


def _is_figure(item: Field) -> bool:
    return item.value is None or (
        isinstance(item.value, (int, float)) and not isinstance(item.value, bool)
    )


def _parameters(item: Field) -> tuple[tuple[str, float], ...]:
    read = ((name, value.number()) for name, value in item.items().items())
    return tuple((name, value) for name, value in read if value is not None)


def _curve(item: Field) -> Curve:
    curve = Curve(
        values=item.get("values").numbers(),
        target=item.get("target").numbers(),
        model=item.get("model").numbers(),
    )
    if not len(curve.values) == len(curve.target) == len(curve.model):
        raise InputError(f"{item.file}: {item.place} has lists of different lengths")
    return curve
