"""The file of item parameters that a user names: read without running anything, known by its hash.

A safetensors file, so nothing in it is code. For each scenario (`SCENARIOS`) it holds these arrays,
named ``SCENARIO/FIELD``, of the fields of ``metrics.item_response.ItemParameters``::

    discrimination  float64 [D, N]      balance  float64 [N]      weights  float64 [S]
    difficulty      float64 [N]         seen     int64   [S]      mixing   float64 [1]

A file may lack scenarios; their gp-IRT is then undefined. ``aleator items`` makes one from the
authors' pickled file (``benchmarks.pickled_items``).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from aleator.errors import InputError
from aleator.metrics.item_response import ItemParameters

SCENARIOS = ("mmlu", "hellaswag", "truthfulqa", "winogrande", "gsm8k", "arc")
"""The benchmarks that tinyBenchmarks has items of and lm-eval a task."""

_FIELDS = ("discrimination", "difficulty", "balance", "seen", "weights", "mixing")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ItemsFile:
    """Which file, and what it should be.

    Attributes:
        path: Of the file.
        sha256: What its hash should be; None to take it as it is.

    Raises:
        InputError: The hash is not one.
    """

    path: Path
    sha256: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no hash."""
        if self.sha256 is not None and _HASH.fullmatch(self.sha256) is None:
            raise InputError(f"sha256={self.sha256}: give the 64 hexadecimal digits of a SHA-256")

    @classmethod
    def told(cls, text: str) -> "ItemsFile":
        """Read ``FILE`` or ``FILE@SHA256``."""
        path, at, digest = text.rpartition("@")
        if at and re.fullmatch(r"[0-9A-Fa-f]+", digest):
            return cls(Path(path), digest.lower())
        return cls(Path(text))


@dataclass(frozen=True)
class ItemBank:
    """Item parameters as a file holds them.

    Attributes:
        scenarios: By name; at least one.
        sha256: Of the file.
    """

    scenarios: Mapping[str, ItemParameters]
    sha256: str


def read_items(file: ItemsFile) -> ItemBank:
    """Read a file of item parameters.

    Raises:
        InputError: It cannot be read, is another file than it should be, or holds no such arrays.
    """
    data = read_bytes(file.path)
    digest = hashlib.sha256(data).hexdigest()
    if file.sha256 is not None and digest != file.sha256:
        raise InputError(
            f"{file.path} has the SHA-256 {digest}, not {file.sha256}: it is another file than the "
            "one asked for"
        )
    try:
        arrays = cast("dict[str, NDArray[np.generic]]", load(data))
    except (SafetensorError, KeyError) as error:
        raise InputError(
            f"{file.path} is no safetensors file; make one of the authors' pickled parameters with "
            "`aleator items`"
        ) from error
    return ItemBank(_scenarios(arrays, file.path), digest)


def items_bytes(scenarios: Mapping[str, ItemParameters]) -> bytes:
    """The file's contents for these scenarios."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, items in scenarios.items():
        arrays |= {
            f"{name}/discrimination": np.ascontiguousarray(items.discrimination, dtype=np.float64),
            f"{name}/difficulty": np.ascontiguousarray(items.difficulty, dtype=np.float64),
            f"{name}/balance": np.ascontiguousarray(items.balance, dtype=np.float64),
            f"{name}/seen": np.ascontiguousarray(items.seen, dtype=np.int64),
            f"{name}/weights": np.ascontiguousarray(items.weights, dtype=np.float64),
            f"{name}/mixing": np.array([items.mixing], dtype=np.float64),
        }
    return save(arrays)


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {path}: {reason}.") from error


def _scenarios(arrays: Mapping[str, NDArray[np.generic]], path: Path) -> dict[str, ItemParameters]:
    named = {key.partition("/")[0] for key in arrays}
    found: dict[str, ItemParameters] = {}
    for name in SCENARIOS:
        if name not in named:
            continue
        fields = {field: arrays.get(f"{name}/{field}") for field in _FIELDS}
        missing = [field for field, array in fields.items() if array is None]
        if missing:
            raise InputError(
                f"{path} lacks {', '.join(missing)} of {name}; make it again with `aleator items`"
            )
        found[name] = _parameters(fields, f"{path}, {name}")
    if not found:
        raise InputError(
            f"{path} holds item parameters of none of {', '.join(SCENARIOS)}; make it again with "
            "`aleator items`"
        )
    return found


def _parameters(fields: Mapping[str, NDArray[np.generic] | None], place: str) -> ItemParameters:
    arrays = {name: array for name, array in fields.items() if array is not None}
    if not np.issubdtype(arrays["seen"].dtype, np.integer) or arrays["mixing"].size != 1:
        raise InputError(f"{place}: seen should be whole numbers, and mixing one number")
    numbers = {name: arrays[name].astype(np.float64) for name in _FIELDS if name != "seen"}
    try:
        return ItemParameters(
            discrimination=numbers["discrimination"],
            difficulty=numbers["difficulty"],
            balance=numbers["balance"],
            seen=arrays["seen"].astype(np.int64),
            weights=numbers["weights"],
            mixing=float(numbers["mixing"].reshape(())),
        )
    except ValueError as error:
        raise InputError(f"{place}: {error}; make it again with `aleator items`") from error
