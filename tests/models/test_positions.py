"""How long a prompt may be, by configurations of real families, and what is said of longer ones."""

import pytest
from transformers import (
    Gemma3TextConfig,
    GPT2Config,
    GptOssConfig,
    LlamaConfig,
    PreTrainedConfig,
    Qwen3Config,
)

from aleator.errors import InputError
from aleator.models.positions import Asked, check_length, check_room, model_positions
from aleator.tokens.chat import ChatFormat
from tests.tiny_models import tiny_gemma3_with_vision, tiny_model, tiny_tokenizer

YARN = {"rope_type": "yarn", "rope_theta": 1e6, "factor": 4.0}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 5e5,
    "factor": 32.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
STRETCHED = {**YARN, "original_max_position_embeddings": 32_768}


@pytest.mark.parametrize(
    ("config", "positions"),
    [
        (LlamaConfig(max_position_embeddings=131_072, rope_parameters=LLAMA3), 131_072),
        (Qwen3Config(max_position_embeddings=131_072, rope_parameters=STRETCHED), 131_072),
        (Qwen3Config(max_position_embeddings=32_768, rope_parameters=STRETCHED), 131_072),
        (Gemma3TextConfig(sliding_window=512), 131_072),
        (GptOssConfig(), 131_072),
        (GPT2Config(), 1024),
    ],
    ids=["llama3", "yarn told twice", "yarn", "gemma3", "gpt_oss", "gpt2"],
)
def test_the_limit_of_known_families(config: PreTrainedConfig, positions: int) -> None:
    """Sliding windows do not count, stretching does; GPT-2 has another name for it."""
    model = tiny_model("llama", layers=1)
    model.config = config
    assert model_positions(model) == positions


def test_the_language_part_of_a_larger_model() -> None:
    assert model_positions(tiny_gemma3_with_vision()) == 512


def test_no_limit() -> None:
    model = tiny_model("llama", layers=1)
    delattr(model.config, "max_position_embeddings")
    assert model_positions(model) is None
    check_room(None, [Asked("word " * 10_000, ChatFormat(tiny_tokenizer()))])
    check_length(10**6, None, "a prompt")


def test_a_prompt_counts_with_its_longest_answer() -> None:
    """To the token; the stop token is never read."""
    chat = ChatFormat(tiny_tokenizer())
    asked = Asked("Roll a die.", chat, ("1", "66666", "22"), "mine.yaml:3")
    needed = len(chat.prompt_ids("Roll a die.")) + 5
    assert asked.tokens == needed
    check_room(needed, [asked])
    with pytest.raises(InputError) as told:
        check_room(needed - 1, [Asked("Go", chat), asked])
    assert str(told.value) == (
        f"mine.yaml:3: the prompt 'Roll a die.' takes {needed} tokens with its longest answer, and "
        f"the model has positions for {needed - 1}: shorten it, or take another model."
    )


def test_a_long_prompt_is_shown_shortened() -> None:
    """And that is all that is said: the tokenizer does not warn of its own before."""
    tokenizer = tiny_tokenizer()
    tokenizer.model_max_length = 512
    asked = Asked("Pick a number. " * 400, ChatFormat(tokenizer), ("1 " * 999,))
    shown = r"the prompt 'Pick a number\. .{40,50}…' takes \d,\d{3} tokens with its longest answer"
    with pytest.raises(InputError, match=shown):
        check_room(512, [asked])
    assert not tokenizer.deprecation_warnings
