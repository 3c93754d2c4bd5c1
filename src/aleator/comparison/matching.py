"""Which trainings a comparison needs, so that soft and hard have spent the same.

Soft is trained as its recipe says. Hard is trained for as many updates, and once more for as many
forward tokens: the budget is counted before anything is trained (`training.budget`), so all runs
of a seed can begin at once. Where both come to the same number of updates, one run is both.

What is matched is what the model reads forwards, padding and anchor aside. FLOPs and seconds follow
but are not matched: they are told beside the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from aleator.comparison.settings import CompareSettings
from aleator.models.loading import load_tokenizer
from aleator.training.budget import RunLength, run_length
from aleator.training.recipe import Method
from aleator.training.run import tree_collator
from aleator.training.target_files import read_target_files

Matching: TypeAlias = Literal["updates", "tokens"]
MATCHINGS: tuple[Matching, ...] = get_args(Matching)


@dataclass(frozen=True)
class PlannedRun:
    """One training of a comparison.

    Attributes:
        method: "soft" or "hard".
        seed: Of the training.
        matchings: In which comparisons it stands.
        updates: How many it will make.
        overrides: Of its recipe.
        max_tokens: The tokens of soft that it may read, where it was made to match those.
    """

    method: Method
    seed: int
    matchings: tuple[Matching, ...]
    updates: int
    overrides: Mapping[str, str]
    max_tokens: int | None = None

    @property
    def name(self) -> str:
        """Names its folders: `soft-11`, `hard-tokens-11`; `hard-11` where it stands in both."""
        matched = self.matchings if len(self.matchings) == 1 else ()
        return "-".join([self.method, *matched, str(self.seed)])


def plan_runs(
    settings: CompareSettings, *, trust_remote_code: bool = False
) -> tuple[PlannedRun, ...]:
    """Count the budgets of all seeds; a millisecond or so a prompt that soft and hard will read.

    Raises:
        ModelError: The model is not there, or its tokenizer cannot be used.
        InputError: A recipe or a target file cannot be used with it.
    """
    tokenizer = load_tokenizer(settings.model, trust_remote_code=trust_remote_code)

    def count(method: Method, seed: int, length: Mapping[str, str] | None = None) -> RunLength:
        recipe = settings.recipe(method, seed, length)
        files = read_target_files(recipe)
        return run_length(recipe, files, tree_collator(recipe, files, tokenizer))

    runs: list[PlannedRun] = []
    for seed in settings.seeds:
        soft = count("soft", seed)
        runs.append(PlannedRun("soft", seed, MATCHINGS, soft.updates, settings.run_overrides(seed)))
        same_tokens = {"max_tokens": str(soft.tokens)}
        same_updates = {"max_steps": str(soft.updates)}
        updates = count("hard", seed, same_tokens).updates
        tokens_run = PlannedRun(
            "hard",
            seed,
            ("tokens",) if updates != soft.updates else MATCHINGS,
            updates,
            settings.run_overrides(seed, same_tokens),
            soft.tokens,
        )
        if updates != soft.updates:
            overrides = settings.run_overrides(seed, same_updates)
            runs.append(PlannedRun("hard", seed, ("updates",), soft.updates, overrides))
        runs.append(tokens_run)
    return tuple(runs)
