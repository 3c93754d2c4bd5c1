"""The model card says what was measured."""

import pytest

from aleator.distributions.grids import SPLITS
from aleator.files import JsonValue
from aleator.sandbox.card import average, model_card

METRICS = ("w1_sampled", "w1_oracle", "value_tv", "modal_share", "valid_mass")
FACTS = {
    "parameters": 2_886_400,
    "vocabulary": 1280,
    "seed": 11,
    "decimals": 2,
    "prompts": 120,
    "draws": 1000,
    "categories": 80,
}


def _numbers(value: float | None) -> dict[str, JsonValue]:
    means: dict[str, JsonValue] = {one: {"value": value, "low": None} for one in METRICS}
    return {
        form: {
            split: {"family_mean": dict(means), "family_median": dict(means)} for split in SPLITS
        }
        for form in ("raw_text", "chat")
    }


def _chat() -> dict[str, JsonValue]:
    names = ("weekday_top", "category_top", "category_valid", "list_true", "arithmetic")
    shares: dict[str, JsonValue] = {name: 0.1 * place for place, name in enumerate(names)}
    letters: JsonValue = {"A": 0.1, "B": 0.2, "C": 0.6, "D": 0.1}
    return {**shares, "questions_parsed": 0.97, "question_letters": letters}


def test_figures_stand_in_the_card() -> None:
    card = model_card(FACTS, _numbers(0.123456), _chat())
    assert "2,886,400 parameters" in card
    assert card.count("| 0.123 | 0.123 |") >= len(SPLITS)
    assert "| right answers at A, B, C, D | 0.10, 0.20, 0.60, 0.10 |" in card


def test_undefined_means_are_called_so() -> None:
    assert "| undefined |" in model_card(FACTS, _numbers(None), _chat())


@pytest.mark.parametrize("value", [0.5, None])
def test_a_mean_is_looked_up(value: float | None) -> None:
    assert average(_numbers(value), "chat", "train", "family_median", "value_tv") == value
