"""On a tiny random Gemma-2 reward head, against conversations read one by one."""

import math
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from aleator.errors import ModelError
from aleator.evaluation.reward import THRESHOLDS, RewardModel, load_reward_model, rating
from aleator.models.loading import LoadedModel
from tests.tiny_judges import reward_model, reward_tokenizer, saved
from tests.tiny_models import tiny_model, tiny_tokenizer

PROMPT = "Name a random number."
ANSWERS = ["7", "The number is 42.", "", "12 34 56 " * 12, "7", "0.5\n"]


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return reward_model()


def _judge(model: PreTrainedModel, batch: int = 4) -> RewardModel:
    loaded = LoadedModel("tiny", model, reward_tokenizer(), "tiny", None)
    return RewardModel(loaded, batch_answers=batch)


@torch.no_grad()
def reward(model: PreTrainedModel, answer: str) -> float:
    """The head's number at the last token of the conversation as Gemma's template writes it."""
    text = (
        f"<bos><start_of_turn>user\n{PROMPT}<end_of_turn>\n"
        f"<start_of_turn>model\n{answer}<end_of_turn>\n"
    )
    ids = reward_tokenizer()(text, add_special_tokens=False)["input_ids"]
    body, head = model.get_submodule("model"), model.get_submodule("score")
    return float(head(body(input_ids=torch.tensor([ids])).last_hidden_state)[0, -1, 0])


def _furthest(found: list[float], expected: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(found, expected, strict=True))


def test_batches_are_conversations_one_by_one(model: PreTrainedModel) -> None:
    expected = [reward(model, answer) for answer in ANSWERS]
    assert max(expected) - min(expected) > 1  # or nothing was compared
    for batch in (1, 4):
        found = _judge(model, batch).rewards(PROMPT, ANSWERS)
        assert _furthest(found, expected) <= 1e-4
        assert found[0] == found[4]
    assert _judge(model).rewards(PROMPT, []) == []


def test_equal_texts_are_computed_once(model: PreTrainedModel) -> None:
    judge = _judge(model)
    sizes: list[int] = []

    def count(module: object, arguments: object, named: dict[str, torch.Tensor]) -> None:
        sizes.append(len(named["input_ids"]))

    hook = model.register_forward_pre_hook(count, with_kwargs=True)
    judge.rewards(PROMPT, ["7"] * 6 + ["8"])
    hook.remove()
    assert sizes == [2]


def test_without_padding_answers_are_read_one_by_one(model: PreTrainedModel) -> None:
    bare = reward_model()
    bare.config.pad_token_id = None
    found = _judge(bare).rewards(PROMPT, ANSWERS)
    assert _furthest(found, [reward(model, answer) for answer in ANSWERS]) <= 1e-4


@pytest.mark.parametrize(("dtype", "tolerance"), [(None, 1e-4), (torch.bfloat16, 0.5)])
def test_from_a_directory(
    model: PreTrainedModel, tmp_path: Path, dtype: torch.dtype | None, tolerance: float
) -> None:
    """Bfloat16 has two to three digits; scores here are about 5."""
    folder = saved(model, reward_tokenizer(), tmp_path)
    found = load_reward_model(folder, dtype=dtype, device="cpu").rewards(PROMPT, ANSWERS)
    assert _furthest(found, [reward(model, answer) for answer in ANSWERS]) <= tolerance


def test_a_language_model_is_no_reward_model(tmp_path: Path) -> None:
    """Its missing head would be drawn at random."""
    folder = saved(tiny_model("llama"), tiny_tokenizer("llama3"), tmp_path)
    with pytest.raises(ModelError, match=r"lacks 1 of the model's weights, the first is score"):
        load_reward_model(folder, device="cpu")


def test_two_outputs_are_refused(tmp_path: Path) -> None:
    folder = saved(reward_model(labels=2), reward_tokenizer(), tmp_path)
    with pytest.raises(ModelError, match="cannot load the weights"):
        load_reward_model(folder, device="cpu")


def test_without_a_chat_template(model: PreTrainedModel) -> None:
    tokenizer = reward_tokenizer()
    tokenizer.chat_template = None
    judge = RewardModel(LoadedModel("tiny", model, tokenizer, "tiny", None))
    with pytest.raises(ModelError, match="no chat template"):
        judge.rewards(PROMPT, ["7"])


def test_a_score_that_is_no_number(tmp_path: Path) -> None:
    broken = reward_model()
    torch.nn.init.constant_(next(broken.get_submodule("score").parameters()), math.nan)
    with pytest.raises(ModelError, match="the reward model tiny gave a score that is no number"):
        _judge(broken).rewards(PROMPT, ["7"])


def test_thresholds_at_their_edges() -> None:
    """A score at a threshold keeps the rating below it; just above, the next begins."""
    assert len(THRESHOLDS) == 9 and list(THRESHOLDS) == sorted(THRESHOLDS)
    for place, threshold in enumerate(THRESHOLDS, start=1):
        assert rating(math.nextafter(threshold, -math.inf)) == place
        assert rating(threshold) == place
        assert rating(math.nextafter(threshold, math.inf)) == place + 1
    assert rating(-1e9) == 1 and rating(1e9) == 10


@pytest.mark.parametrize(
    ("reward", "expected"), [(-8.0, 1), (-7.0, 2), (-5.6, 5), (-4.0, 8), (-3.0, 9), (0.0, 10)]
)
def test_ratings_between_thresholds(reward: float, expected: int) -> None:
    assert rating(reward) == expected


@pytest.mark.parametrize("reward", [math.nan, math.inf])
def test_no_rating_of_what_is_no_number(reward: float) -> None:
    with pytest.raises(ValueError, match="no rating"):
        rating(reward)
