"""A matrix file: which models, in which conditions, on which benchmarks; every cell is one task.

```yaml
seed: 11                                     # of trainings and evaluations; may be left out
models:
  - {name: small, model: Qwen/Qwen3-0.6B}
  - {name: large, model: Qwen/Qwen3-14B, cpus: 4, set: {gradient_accumulation: 8}}
conditions: {base: null, soft: paper/soft}   # a recipe each, by name or file; null: the model as is
benches:                                     # or a list of names
  numeric: {draws: 0}                        # options of `aleator eval`
  knowledge: {knowledge_tasks: [tiny]}
```

A model's `set` replaces values of every condition's recipe: what its machine needs, not what
makes conditions differ. Its `quantisation` is that of its trainings and, so that they compare with
the same weights, of the base. Everything is checked on reading, recipes with their replacements
included, so that nothing turns out wrong after a night. Running the cells is not this file's
business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aleator.benchmarks.catalogue import check_benches
from aleator.benchmarks.matrix_options import OPTIONS
from aleator.errors import RecipeError
from aleator.files import JsonValue, Row, as_object, read_yaml
from aleator.models.quantisation import Quantisation
from aleator.recipe_files import find_recipe
from aleator.training.recipe import Recipe
from aleator.training.recipe_yaml import read_recipe

_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""Names become folders."""
_ROUNDED = "quantisation"


class MatrixModel(BaseModel):
    """One model.

    Attributes:
        name: What its folder is called.
        model: "sandbox", a directory or a hub id.
        gpus: How much of one a cell of it takes; 0 for none. A cell is one process, which uses no
            more than one.
        cpus: How many processor cores a cell of it takes.
        quantisation: What its weights are rounded to, in every condition; None: what the recipes
            say, and as they are without one.
        set: Values by dotted key that replace those of the recipes.
    """

    model_config = _STRICT
    name: Name
    model: str
    gpus: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1
    cpus: Annotated[int, Field(ge=1)] = 1
    quantisation: Quantisation | None = None
    set: dict[str, object] = Field(default_factory=dict)

    @property
    def overrides(self) -> dict[str, str]:
        """Its replacements as a `TrainRequest` takes them."""
        rounded = {} if self.quantisation is None else {_ROUNDED: self.quantisation}
        return rounded | {
            key: yaml.safe_dump(value, default_flow_style=True, width=10**6)
            .removesuffix("...\n")
            .strip()
            for key, value in self.set.items()
        }


@dataclass(frozen=True)
class Cell:
    """One task: a model in a condition on a benchmark.

    Attributes:
        model: The model.
        condition: Its condition's name.
        recipe: The recipe of the adapter, by name or file; None for the model as it is.
        bench: The benchmark's name.
        options: Those of `aleator eval` that the file has for it, by name.
    """

    model: MatrixModel
    condition: str
    recipe: str | None
    bench: str
    options: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    @property
    def key(self) -> str:
        """A name of its own, fit for a path."""
        return f"{self.model.name}/{self.condition}/{self.bench}"


class Matrix(BaseModel):
    """Models, conditions and benchmarks, each with each.

    Attributes:
        models: At least one, by distinct names.
        conditions: By name, the recipe of each; None for the model as it is.
        benches: By name of a benchmark, the options of `aleator eval` for it; as read, those that
            the file has and no others.
        seed: Of trainings and evaluations; None for the recipes' own, and 0.
    """

    model_config = _STRICT
    models: Annotated[tuple[MatrixModel, ...], Field(min_length=1, strict=False)]
    conditions: Annotated[dict[Name, str | None], Field(min_length=1)]
    benches: Annotated[dict[str, dict[str, object]], Field(min_length=1)]
    seed: Annotated[int, Field(ge=0)] | None = None

    def cells(self) -> tuple[Cell, ...]:
        """Every cell, all of a model together, base first where the file has it first."""
        options = {name: checked_options(name, given) for name, given in self.benches.items()}
        return tuple(
            Cell(model, condition, recipe, bench, options[bench])
            for model in self.models
            for condition, recipe in self.conditions.items()
            for bench in self.benches
        )

    def overrides(self, model: MatrixModel) -> dict[str, str]:
        """What replaces values of a recipe for a model, the seed included."""
        seed = {} if self.seed is None else {"seed": str(self.seed)}
        return {**seed, **model.overrides}

    def recipe(self, model: MatrixModel, recipe: str) -> Recipe:
        """A condition's recipe as a model is trained by it.

        Raises:
            InputError: There is no such recipe, or a replacement does not fit it.
        """
        return read_recipe(find_recipe(recipe), self.overrides(model))


def read_matrix(path: Path) -> Matrix:
    """Read a matrix file.

    Raises:
        InputError: The file, a recipe or a benchmark's options are wrong; the message names the
            place.
    """
    values = as_object(read_yaml(path), path)
    values["benches"] = _by_name(path, values.get("benches"))
    try:
        matrix = Matrix.model_validate(values)
    except ValidationError as error:
        raise _said(path, error) from error
    _refuse_twice(path, "models", [model.name for model in matrix.models])
    check_benches(tuple(matrix.benches))
    for name, given in matrix.benches.items():
        try:
            OPTIONS[name].model_validate(given).check()
        except ValidationError as error:
            raise _said(path, error, f"benches.{name}.") from error
    for model in matrix.models:
        if _ROUNDED in model.set:
            raise RecipeError(
                f"{path}: {model.name}: {_ROUNDED} stands beside set, not in it, for it is that of "
                "the model without an adapter, too"
            )
        for condition in matrix.conditions.values():
            if condition is not None:
                matrix.recipe(model, condition)
    return matrix


def checked_options(bench: str, given: Mapping[str, object]) -> dict[str, JsonValue]:
    """A benchmark's options as JSON holds them; `read_matrix` has seen that they are right."""
    return OPTIONS[bench].model_validate(dict(given)).given()


def _by_name(path: Path, benches: JsonValue) -> JsonValue:
    """Benchmarks by name with their options, where the file has but a list of names."""
    if isinstance(benches, list):
        names = [str(name) for name in benches]
        _refuse_twice(path, "benches", names)
        return {name: {} for name in names}
    if isinstance(benches, Mapping):
        named = as_object(benches, path)
        return {name: {} if options is None else options for name, options in named.items()}
    raise RecipeError(
        f"{path}: benches should be a list of benchmarks, or benchmarks with their options"
    )


def _said(path: Path, error: ValidationError, place: str = "") -> RecipeError:
    first = error.errors(include_url=False)[0]
    where, told = place + ".".join(map(str, first["loc"])), first["msg"]
    return RecipeError(f"{path}: {where}: {told[:1].lower()}{told[1:]}")


def _refuse_twice(path: Path, section: str, names: list[str]) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise RecipeError(f"{path}: {section} holds {twice[0]!r} twice; name each once")


def matrix_values(matrix: Matrix) -> Row:
    """The matrix as what YAML holds; `read_matrix` reads it."""
    return matrix.model_dump(mode="json")
