"""`run.yaml`: what a training run is, written before it begins, and what it spent, at its end.

A run may be taken up again only as what it was: `check_same` compares everything that decides which
adapter comes out. Versions and the command line are recorded, not compared: another version of
torch may round differently, and who needs the same bits needs the same versions.
"""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

import aleator
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import JsonValue, Row, as_object, read_yaml, write_yaml
from aleator.training.checkpoints import Counters
from aleator.training.recipe import Recipe
from aleator.training.recipe_yaml import flat_values, recipe_values

RUN_FILE = "run.yaml"
SCHEMA_VERSION = 1

_LIBRARIES = ("torch", "transformers", "peft", "accelerate", "numpy", "scipy")


def current_versions() -> dict[str, str]:
    """Versions of everything that may change a result."""
    return {
        "aleator": aleator.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class RunRecord:
    """A training run.

    Attributes:
        model: as the user named it.
        revision: commit of a hub model, once it is loaded.
        recipe: everything else that decides the result.
        command: how it was begun.
        versions: with what.
        spent: None until it is finished.
        targets: SHA-256 of each target file by its name.
        anchor: SHA-256 of what the anchor is laid on; None without one.
    """

    model: str
    recipe: Recipe
    command: str = ""
    revision: str | None = None
    versions: Mapping[str, str] = field(default_factory=current_versions)
    spent: Counters | None = None
    targets: Mapping[str, str] = field(default_factory=dict)
    anchor: str | None = None

    @property
    def finished(self) -> bool:
        """Whether the run has come to its end."""
        return self.spent is not None

    def with_revision(self, revision: str | None) -> "RunRecord":
        """The same run of a model whose revision is known now.

        Raises:
            ConfigurationChangedError: It was known already, and is another.
        """
        if self.revision not in (None, revision):
            raise ConfigurationChangedError(
                f"the run was begun with {self.model} at {self.revision}, which is now at "
                f"{revision}: choose another --out to begin a new run"
            )
        return replace(self, revision=revision)

    def check_same(self, wanted: "RunRecord", folder: Path) -> None:
        """Refuse to take up this run as another.

        Raises:
            ConfigurationChangedError: `wanted` differs; the message names every difference.
        """
        old, new = _identity(self), _identity(wanted)
        changes = [
            f"{key} was {old.get(key)!r}, is {new.get(key)!r}"
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
        ]
        if changes:
            raise ConfigurationChangedError(
                f"{folder} holds a run with another configuration ({'; '.join(changes)}): choose "
                "another --out, or the configuration it was begun with"
            )

    def write(self, folder: Path) -> None:
        """Write `run.yaml`.

        Raises:
            OutputError: It cannot be written.
        """
        recipe = self.recipe
        values: Row = {
            "schema_version": SCHEMA_VERSION,
            "kind": "training",
            "model": self.model,
            "revision": self.revision,
            "method": recipe.method,
            "decimals": recipe.data.decimals,
            "seed": recipe.seed,
            "command": self.command,
            "versions": dict(self.versions),
            "targets": dict(self.targets),
            "anchor": self.anchor,
            "spent": None if self.spent is None else asdict(self.spent),
            "recipe": recipe_values(recipe),
        }
        write_yaml(folder / RUN_FILE, values)


def read_record(folder: Path) -> RunRecord | None:
    """The run in `folder`, or None where there is none yet.

    Raises:
        InputError: There is something else in `folder`, or its record cannot be read.
    """
    path = folder / RUN_FILE
    if not path.exists():
        if folder.is_dir() and any(not one.name.startswith(".") for one in folder.iterdir()):
            raise InputError(f"{folder} is not empty and holds no {RUN_FILE}: choose another --out")
        return None
    values = as_object(read_yaml(path), path)
    for key in ("kind", "schema_version", "method", "decimals", "seed"):
        values.pop(key, None)  # said again in the recipe, for readers of the file
    try:
        return TypeAdapter(RunRecord).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{path} was not written by this version of aleator ({where}: {first['msg']}): choose "
            "another --out"
        ) from error


def _identity(record: RunRecord) -> dict[str, JsonValue]:
    """What decides the adapter; of files what they hold, not where they lie."""
    recipe = recipe_values(record.recipe)
    recipe["targets"] = dict(record.targets)
    if isinstance(anchor := recipe["anchor"], Mapping):
        recipe["anchor"] = {**anchor, "prompts": record.anchor}
    return {"model": record.model, **flat_values(recipe)}
