"""The tokenizer: digits alone, no loss, no BOS, ChatML."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from aleator.sandbox.corpus import conversation, plain_document
from aleator.sandbox.tokenizer import SPECIAL_TOKENS, VOCABULARY_SIZE, train_tokenizer

ALONE = "0123456789-.\n"


def _documents(seed: int = 0, count: int = 3000) -> list[str]:
    rng = np.random.default_rng(seed)
    texts = [plain_document(rng) for _ in range(count)]
    return texts + [m["content"] for _ in range(count) for m in conversation(rng).messages()]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(_documents())


def test_size_and_special_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    assert len(tokenizer) == VOCABULARY_SIZE
    assert tokenizer.convert_tokens_to_ids(list(SPECIAL_TOKENS)) == [0, 1, 2]
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.pad_token == "<|endoftext|>"
    assert tokenizer.bos_token is None
    with_special = tokenizer("Hello", add_special_tokens=True)["input_ids"]
    assert with_special == tokenizer("Hello", add_special_tokens=False)["input_ids"]


@pytest.mark.parametrize("character", ALONE)
def test_numbers_are_written_character_by_character(
    character: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    alone = tokenizer(character)["input_ids"]
    assert len(alone) == 1
    for before in ("", " ", "a", "  ", "(", "=", "\n", "7", ", ", "<|im_start|>user\n"):
        for after in ("", " ", "b", "\n", "7", ")", "<|im_end|>"):
            context = tokenizer(before)["input_ids"], tokenizer(after)["input_ids"]
            assert tokenizer(before + character + after)["input_ids"] == [
                *context[0],
                *alone,
                *context[1],
            ]


def test_no_token_merges_with_a_character_that_stands_alone(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    for index in range(len(SPECIAL_TOKENS), len(tokenizer)):
        text = tokenizer.decode([index])
        assert len(text) == 1 or not set(ALONE) & set(text), text


@given(st.text())
def test_any_text_survives(text: str) -> None:
    tokenizer = _small()
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text


@given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,16})?(e-?[0-9]{1,3})?", fullmatch=True))
def test_a_number_is_its_characters(number: str) -> None:
    assert [_small().decode([i]) for i in _small()(number)["input_ids"]] == list(number)


_CACHE: list[PreTrainedTokenizerFast] = []


def _small() -> PreTrainedTokenizerFast:
    if not _CACHE:
        _CACHE.append(train_tokenizer(_documents(count=300)))
    return _CACHE[0]


def test_training_is_deterministic() -> None:
    first, second = (train_tokenizer(_documents(seed=4, count=300)) for _ in range(2))
    assert first.get_vocab() == second.get_vocab()
    assert first.backend_tokenizer.to_str() == second.backend_tokenizer.to_str()


def test_the_template_writes_chatml(tokenizer: PreTrainedTokenizerFast) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Hello!"},
    ]
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHi.<|im_end|>\n"
        "<|im_start|>assistant\nHello!<|im_end|>\n"
    )
    prompt = tokenizer.apply_chat_template(messages[:2], tokenize=False, add_generation_prompt=True)
    assert isinstance(text, str)
    assert isinstance(prompt, str)
    assert text.startswith(prompt)
    assert prompt.endswith("<|im_start|>assistant\n")


def test_template_and_turns_round_trip(tokenizer: PreTrainedTokenizerFast) -> None:
    """Tokens of the whole are the tokens of its turns, one after another, and decode to it."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        turns = conversation(rng).messages()
        messages = [{"role": m["role"], "content": m["content"]} for m in turns]
        text = tokenizer.apply_chat_template(messages, tokenize=False)
        assert isinstance(text, str)
        ids = tokenizer(text)["input_ids"]
        parts = [
            f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n"
            for message in messages
        ]
        assert ids == [i for part in parts for i in tokenizer(part)["input_ids"]]
        assert tokenizer.decode(ids) == text


def test_saved_and_loaded_it_is_the_same(
    tokenizer: PreTrainedTokenizerFast, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save_pretrained(folder)
    loaded = PreTrainedTokenizerFast.from_pretrained(folder)
    text = "Pick a random weekday. It is -12.50, x = 7\n"
    assert loaded(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert loaded.chat_template == tokenizer.chat_template
    assert (loaded.eos_token, loaded.pad_token) == ("<|im_end|>", "<|endoftext|>")
    assert loaded.bos_token is None
    assert loaded.decode(loaded(text)["input_ids"]) == text
