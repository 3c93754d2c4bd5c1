"""What is compared: the model, two recipes, the seeds, and how many prompts are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aleator.errors import InputError, RecipeError
from aleator.files import JsonValue
from aleator.training.recipe import LENGTHS, Method, Recipe
from aleator.training.recipe_yaml import flat_values, recipe_values
from aleator.training.run import TrainRequest

METHODS: tuple[Method, ...] = ("soft", "hard")
_NOT_YOURS = {"seed": "give --seeds", "method": "both methods are trained"}


@dataclass(frozen=True)
class CompareSettings:
    """Everything that decides a comparison.

    Attributes:
        model: "sandbox", a directory or a hub id.
        seeds: Of the trainings; each trains both methods.
        recipes: By method, a file or the name of a recipe that came with aleator; None: the
            model's own.
        overrides: Values of both recipes to replace, as YAML text by dotted key. A length counts
            for soft; hard is trained as long as soft.
        limit: At most so many prompts a split are evaluated; None for all.
    """

    model: str
    seeds: tuple[int, ...]
    recipes: Mapping[Method, str | None] = field(default_factory=dict[Method, str | None])
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    limit: int | None = None

    def check(self) -> None:
        """Refuse what can be seen to make no sense before anything is loaded.

        Raises:
            InputError: Too few seeds or one twice, a setting that is not the user's to choose, a
                recipe that is wrong or may stop early, or two that write answers differently.
        """
        if len(self.seeds) < 2:
            raise InputError(
                f"{len(self.seeds)} seed cannot show how much seeds matter: give 2 or more, as "
                "--seeds 11,12,13"
            )
        for seed in self.seeds:
            if self.seeds.count(seed) > 1:
                raise InputError(f"the seed {seed} is given twice: name each once")
        for name, reason in _NOT_YOURS.items():
            if name in self.overrides:
                raise InputError(f"--set {name} has no meaning here: {reason}")
        soft, hard = (self.recipe(method, self.seeds[0]) for method in METHODS)
        for recipe in (soft, hard):
            goals = recipe.validation
            if goals is not None and (goals.stop_below, goals.stop_below_ratio) != (None, None):
                raise RecipeError(
                    f"the recipe of {recipe.method} may stop early, and its budget cannot be known "
                    "before: set validation.stop_below and validation.stop_below_ratio to null"
                )
        if soft.data.decimals != hard.data.decimals:
            raise RecipeError(
                f"the recipes write answers with {soft.data.decimals} decimals (soft) and "
                f"{hard.data.decimals} (hard): choose one with --set data.decimals"
            )

    def request(self, method: Method, overrides: Mapping[str, str]) -> TrainRequest:
        """The training of one method with these overrides; its folder is not chosen yet."""
        recipe = self.recipes.get(method)
        return TrainRequest(self.model, method, Path(), recipe, overrides)

    def recipe(self, method: Method, seed: int, length: Mapping[str, str] | None = None) -> Recipe:
        """A method's recipe with the overrides; `length`, if given, stands for their length.

        Raises:
            InputError: There is none of that name.
            RecipeError: It is wrong, or for the other method.
        """
        return self.request(method, self.run_overrides(seed, length)).resolved_recipe()

    def run_overrides(
        self, seed: int, length: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """The overrides of one training."""
        kept = {k: v for k, v in self.overrides.items() if length is None or k not in LENGTHS}
        return {"seed": str(seed), **kept, **(length or {})}

    def record(self) -> dict[str, JsonValue]:
        """What two comparisons must share to be the same, by dotted name."""
        values: dict[str, JsonValue] = {
            "model": self.model,
            "seeds": list(self.seeds),
            "limit": self.limit,
        }
        for method in METHODS:
            recipe = recipe_values(self.recipe(method, self.seeds[0]))
            unused = ("seed",) if method == "soft" else ("seed", *LENGTHS)
            if not recipe["gradient_checkpointing"]:  # comparisons begun before it was a key go on
                unused += ("gradient_checkpointing",)
            values |= flat_values(
                {k: v for k, v in recipe.items() if k not in unused}, f"{method}."
            )
        return values
