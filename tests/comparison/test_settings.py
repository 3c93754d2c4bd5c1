from dataclasses import replace

import pytest

from aleator.comparison.settings import CompareSettings
from aleator.errors import InputError, RecipeError, UnknownNameError

SETTINGS = CompareSettings("sandbox", (11, 12), overrides={"max_steps": "5", "batch_size": "4"})


def test_a_length_stands_for_that_of_the_overrides() -> None:
    SETTINGS.check()
    soft = SETTINGS.recipe("soft", 12)
    assert (soft.seed, soft.max_steps, soft.batch_size) == (12, 5, 4)
    hard = SETTINGS.recipe("hard", 12, {"max_tokens": "900"})
    assert (hard.method, hard.max_steps, hard.max_tokens, hard.batch_size) == ("hard", None, 900, 4)
    assert SETTINGS.run_overrides(12, {"max_tokens": "900"}) == {
        "seed": "12",
        "batch_size": "4",
        "max_tokens": "900",
    }


def test_the_record_tells_comparisons_apart() -> None:
    record = SETTINGS.record()
    assert record["seeds"] == [11, 12] and record["soft.max_steps"] == 5
    assert "hard.max_steps" not in record and "soft.seed" not in record
    assert record == replace(SETTINGS).record()
    changed = replace(SETTINGS, overrides={"max_steps": "6", "batch_size": "4"}).record()
    assert {key for key in record if record[key] != changed[key]} == {"soft.max_steps"}


def test_a_key_that_came_later_is_told_where_it_is_used() -> None:
    """So that a comparison begun before goes on."""
    assert "soft.gradient_checkpointing" not in SETTINGS.record()
    used = replace(SETTINGS, overrides={"gradient_checkpointing": "true"}).record()
    assert used["soft.gradient_checkpointing"] is used["hard.gradient_checkpointing"] is True


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"seeds": ()}, InputError, "0 seed cannot show"),
        ({"seeds": (11,)}, InputError, "1 seed cannot show how much seeds matter: give 2 or more"),
        ({"seeds": (11, 12, 11)}, InputError, "the seed 11 is given twice"),
        ({"overrides": {"seed": "3"}}, InputError, "--set seed has no meaning here: give --seeds"),
        ({"overrides": {"method": "soft"}}, InputError, "both methods are trained"),
        ({"overrides": {"lora.rnk": "3"}}, RecipeError, "unknown key 'rnk' in lora"),
        ({"overrides": {"supervision.nodes": "3"}}, RecipeError, "unknown key 'nodes' in superv"),
        ({"overrides": {"validation.stop_below": "0.1"}}, RecipeError, "of soft may stop early"),
        ({"recipes": {"soft": "paper/hard"}}, RecipeError, "for method 'hard', not 'soft'"),
        ({"recipes": {"hard": "papper/hard"}}, UnknownNameError, "unknown recipe 'papper/hard'"),
        ({"recipes": {"hard": "paper/hard"}}, RecipeError, r"2 decimals \(soft\) and 5 \(hard\)"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changed: dict[str, object], error: type[InputError], words: str
) -> None:
    settings = CompareSettings(**{"model": "sandbox", "seeds": (11, 12), **changed})  # pyright: ignore[reportArgumentType]
    with pytest.raises(error, match=words):
        settings.check()
