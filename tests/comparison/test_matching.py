from dataclasses import replace

import pytest

from aleator.comparison.matching import MATCHINGS, plan_runs
from aleator.comparison.settings import CompareSettings
from aleator.errors import ModelError, RecipeError
from aleator.models.loading import load_tokenizer
from aleator.training.budget import run_length
from aleator.training.recipe import Recipe
from aleator.training.run import tree_collator

SETTINGS = CompareSettings("sandbox", (11, 12), overrides={"max_steps": "6", "batch_size": "4"})


def _tokens(recipe: Recipe) -> int:
    return run_length(recipe, (), tree_collator(recipe, (), load_tokenizer("sandbox"))).tokens


def test_hard_gets_the_updates_and_the_tokens_of_soft() -> None:
    """Sixteen packed draws read a little more than a tree of 32 nodes: fewer updates."""
    runs = {run.name: run for run in plan_runs(SETTINGS)}
    for seed in SETTINGS.seeds:
        soft, updates = runs[f"soft-{seed}"], runs[f"hard-updates-{seed}"]
        tokens = runs[f"hard-tokens-{seed}"]
        assert soft.updates == updates.updates == 6 and soft.matchings == MATCHINGS
        assert tokens.max_tokens == _tokens(SETTINGS.recipe("soft", seed))
        within = _tokens(SETTINGS.recipe("hard", seed, {"max_steps": str(tokens.updates)}))
        beyond = _tokens(SETTINGS.recipe("hard", seed, {"max_steps": str(tokens.updates + 1)}))
        assert tokens.max_tokens is not None and within <= tokens.max_tokens < beyond
        assert tokens.overrides["max_tokens"] == str(tokens.max_tokens)
        assert "max_steps" not in tokens.overrides
    assert len(runs) == 6


def test_what_coincides_is_trained_once() -> None:
    """Sixteen draws of a coin need no more tokens than its whole tree."""
    coin = {"data.split": "held_out_families", "data.families": "[bernoulli]"}
    settings = replace(SETTINGS, overrides={**SETTINGS.overrides, **coin})
    runs = plan_runs(settings)
    assert [run.name for run in runs] == ["soft-11", "hard-11", "soft-12", "hard-12"]
    assert all(run.matchings == MATCHINGS for run in runs)


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ModelError, match="there is no directory"):
        plan_runs(replace(SETTINGS, model="./nowhere"))


def test_soft_that_reads_less_than_one_update_of_hard() -> None:
    """One prompt, and few draws of it are longer than its tree."""
    settings = replace(SETTINGS, overrides={"max_steps": "1", "batch_size": "1"})
    with pytest.raises(RecipeError, match="is less than the [0-9]+ tokens of the first update"):
        plan_runs(settings)
