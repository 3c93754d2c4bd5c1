"""A matrix file: which models, in which conditions, on which benchmarks; every cell is one task.

```yaml
models:
  - {name: small, model: Qwen/Qwen3-0.6B}
  - {name: large, model: Qwen/Qwen3-14B, gpus: 2, set: {gradient_accumulation: 8}}
conditions: {base: null, soft: paper/soft}   # a recipe each, by name or file; null: the model as is
benches: [numeric, open_ended]
```

A model's `set` replaces values of every condition's recipe: what its machine needs, not what
makes conditions differ. Everything is checked on reading, recipes with their replacements included,
so that nothing turns out wrong after a night. Running the cells is not this file's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aleator.benchmarks.catalogue import check_benches
from aleator.errors import RecipeError
from aleator.files import JsonValue, as_object, read_yaml
from aleator.recipe_files import find_recipe
from aleator.training.recipe import Recipe
from aleator.training.recipe_yaml import read_recipe

_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""Names become folders."""


class MatrixModel(BaseModel):
    """One model.

    Attributes:
        name: What its folder is called.
        model: "sandbox", a directory or a hub id.
        gpus: How many a cell of it takes; 0 for none.
        set: Values by dotted key that replace those of the recipes.
    """

    model_config = _STRICT
    name: Name
    model: str
    gpus: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1
    set: dict[str, object] = Field(default_factory=dict)

    @property
    def overrides(self) -> dict[str, str]:
        """Its replacements as a `TrainRequest` takes them."""
        return {
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
    """

    model: MatrixModel
    condition: str
    recipe: str | None
    bench: str

    @property
    def key(self) -> str:
        """A name of its own, fit for a path."""
        return f"{self.model.name}/{self.condition}/{self.bench}"


class Matrix(BaseModel):
    """Models, conditions and benchmarks, each with each.

    Attributes:
        models: At least one, by distinct names.
        conditions: By name, the recipe of each; None for the model as it is.
        benches: Names of benchmarks.
    """

    model_config = _STRICT
    models: Annotated[tuple[MatrixModel, ...], Field(min_length=1, strict=False)]
    conditions: Annotated[dict[Name, str | None], Field(min_length=1)]
    benches: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]

    def cells(self) -> tuple[Cell, ...]:
        """Every cell, all of a model together, base first where the file has it first."""
        return tuple(
            Cell(model, condition, recipe, bench)
            for model in self.models
            for condition, recipe in self.conditions.items()
            for bench in self.benches
        )


def read_matrix(path: Path) -> Matrix:
    """Read a matrix file.

    Raises:
        InputError: The file, a recipe or a benchmark's name is wrong; the message names the place.
    """
    try:
        matrix = Matrix.model_validate(as_object(read_yaml(path), path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where, told = ".".join(map(str, first["loc"])), first["msg"]
        raise RecipeError(f"{path}: {where}: {told[:1].lower()}{told[1:]}") from error
    _refuse_twice(path, "models", [model.name for model in matrix.models])
    _refuse_twice(path, "benches", list(matrix.benches))
    check_benches(matrix.benches)
    for model in matrix.models:
        for condition in matrix.conditions.values():
            if condition is not None:
                recipe_of(model, condition)
    return matrix


def recipe_of(model: MatrixModel, recipe: str) -> Recipe:
    """A condition's recipe with a model's replacements.

    Raises:
        InputError: There is no such recipe, or a replacement does not fit it.
    """
    return read_recipe(find_recipe(recipe), model.overrides)


def _refuse_twice(path: Path, section: str, names: list[str]) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise RecipeError(f"{path}: {section} holds {twice[0]!r} twice; name each once")


def matrix_values(matrix: Matrix) -> Mapping[str, JsonValue]:
    """The matrix as what YAML holds; `read_matrix` reads it."""
    return matrix.model_dump(mode="json")
