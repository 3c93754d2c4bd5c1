"""`run.yaml` of an evaluation: what its rows are rows of, so that they are continued only as that.

Compared are the model and what it was rounded to, the adapter and its scale, the seed and the
settings of each benchmark; versions and the command line are recorded, not compared. Weights in a
directory are told apart by their sizes, first and last bytes: enough to notice that a model or an
adapter was trained anew in the same place.
"""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import aleator
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import JsonValue, Row, as_object, read_yaml, write_yaml

RUN_FILE = "run.yaml"
SCHEMA_VERSION = 1
_KIND = "evaluation"
_LIBRARIES = ("torch", "transformers", "peft", "numpy", "scipy")
_EDGE_BYTES = 2**20


@dataclass(frozen=True)
class EvaluationRecord:
    """An evaluation's identity.

    Attributes:
        model: As the user named it.
        model_weights: Fingerprint of its weights, or the commit of a hub model.
        adapter: Where the adapter lies; None for the model as it is.
        adapter_weights: Fingerprint of the adapter's weights.
        seed: Of everything drawn.
        benches: Settings by benchmark.
        command: What was typed.
        adapter_scale: How many times the adapter's update counts; None without an adapter.
        quantisation: What the model's weights were rounded to; None: as they are.
    """

    model: str
    model_weights: str
    adapter: str | None
    adapter_weights: str | None
    seed: int
    benches: Mapping[str, Mapping[str, JsonValue]]
    command: str = field(default="", compare=False)
    adapter_scale: float | None = None
    quantisation: str | None = None

    def continued(self, folder: Path) -> "EvaluationRecord":
        """This record with the benchmarks that ``folder`` has already.

        Raises:
            ConfigurationChangedError: The folder holds an evaluation of something else, or a
                benchmark of this one with other settings; the message names every difference.
            InputError: The folder holds something else than an evaluation.
        """
        there = _read(folder)
        if there is None:
            return self
        old, new = _identity(there), _identity(self)
        same_benches = there.benches.keys() & self.benches.keys()
        keys = [key for key in old.keys() | new.keys() if _concerns(key, same_benches)]
        changes = [
            f"{key} was {old.get(key)!r}, is {new.get(key)!r}"
            for key in sorted(keys)
            if old.get(key) != new.get(key)
        ]
        if changes:
            raise ConfigurationChangedError(
                f"{folder} holds an evaluation with another configuration ({'; '.join(changes)}): "
                "choose another --out, or the configuration it was begun with"
            )
        return replace(self, benches={**there.benches, **self.benches})

    def write(self, folder: Path) -> None:
        """Write ``run.yaml``.

        Raises:
            OutputError: It cannot be written.
        """
        write_yaml(
            folder / RUN_FILE, {"schema_version": SCHEMA_VERSION, "kind": _KIND, **self.row()}
        )

    def row(self) -> Row:
        """All fields, and the versions that compute them."""
        return {
            "model": self.model,
            "model_weights": self.model_weights,
            "adapter": self.adapter,
            "adapter_weights": self.adapter_weights,
            "adapter_scale": self.adapter_scale,
            "quantisation": self.quantisation,
            "seed": self.seed,
            "command": self.command,
            "versions": dict(current_versions()),
            "benches": {name: dict(settings) for name, settings in self.benches.items()},
        }


def current_versions() -> dict[str, str]:
    """Versions of everything that may change a figure."""
    return {
        "aleator": aleator.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def fingerprint(folder: Path) -> str:
    """Tell the weights in a directory apart from others: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_EDGE_BYTES))
            file.seek(max(size - _EDGE_BYTES, 0))
            digest.update(file.read(_EDGE_BYTES))
    return digest.hexdigest()[:16]


def _read(folder: Path) -> EvaluationRecord | None:
    path = folder / RUN_FILE
    if not path.exists():
        if (folder / "rows").exists() or (folder / "result.json").exists():
            raise InputError(
                f"{folder} holds rows or results but no {RUN_FILE}: choose another --out"
            )
        return None
    values = as_object(read_yaml(path), path)
    if values.get("kind") != _KIND or values.get("schema_version") != SCHEMA_VERSION:
        raise InputError(f"{path} is not that of an evaluation: choose another --out")
    benches = as_object(values["benches"], path)
    quantisation = values.get("quantisation")  # older ones had none
    adapter, weights, seed = values["adapter"], values["adapter_weights"], values["seed"]
    scale = values.get("adapter_scale", None if adapter is None else 1.0)  # older ones had no other
    assert isinstance(seed, int) and isinstance(scale, int | float | None)
    return EvaluationRecord(
        model=str(values["model"]),
        model_weights=str(values["model_weights"]),
        adapter=None if adapter is None else str(adapter),
        adapter_weights=None if weights is None else str(weights),
        seed=seed,
        adapter_scale=None if scale is None else float(scale),
        quantisation=None if quantisation is None else str(quantisation),
        benches={name: as_object(settings, path) for name, settings in benches.items()},
    )


def _identity(record: EvaluationRecord) -> dict[str, JsonValue]:
    flat: dict[str, JsonValue] = {
        "model": record.model,
        "model_weights": record.model_weights,
        "adapter": record.adapter,
        "adapter_weights": record.adapter_weights,
        "adapter_scale": record.adapter_scale,
        "quantisation": record.quantisation,
        "seed": record.seed,
    }
    for name, settings in record.benches.items():
        flat.update(_flat(f"{name}.", settings))
    return flat


def _flat(prefix: str, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    flat: dict[str, JsonValue] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(_flat(f"{prefix}{key}.", value))
        else:
            flat[prefix + key] = value
    return flat


def _concerns(key: str, benches: set[str]) -> bool:
    bench, dot, _ = key.partition(".")
    return not dot or bench in benches
