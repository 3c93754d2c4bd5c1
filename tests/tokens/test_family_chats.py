"""The chats of the published set-up's families, as `ChatFormat` finds them in their templates."""

import pytest
from transformers import PreTrainedTokenizerFast

from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from tests.family_tokenizers import FamilyName, tiny_family_tokenizer
from tests.tiny_families import FAMILIES, KNOWN

TOKENIZERS = {name: tiny_family_tokenizer(name) for name in FAMILIES if name != "gemma3_vision"}
FORMATS = {name: ChatFormat(tokenizer) for name, tokenizer in TOKENIZERS.items()}


def pieces(tokenizer: PreTrainedTokenizerFast, ids: tuple[int, ...]) -> list[str]:
    return tokenizer.batch_decode([[token] for token in ids])


@pytest.mark.parametrize("name", FORMATS)
def test_prompt(name: FamilyName) -> None:
    """Thinking off, effort low, the final channel opened, one day, one beginning of sequence."""
    written = pieces(TOKENIZERS[name], FORMATS[name].prompt_ids("Hi"))
    assert "".join(written) == KNOWN[name].prompt
    bos = KNOWN[name].bos
    assert written.count(str(TOKENIZERS[name].bos_token)) == (bos is not None)
    if bos is not None:
        assert written[0] == bos


@pytest.mark.parametrize("name", ["llama3", "gemma3"])
def test_these_tokenizers_would_put_a_second_bos(name: FamilyName) -> None:
    text = "".join(pieces(TOKENIZERS[name], FORMATS[name].prompt_ids("Hi")))
    again = pieces(TOKENIZERS[name], tuple(TOKENIZERS[name](text)["input_ids"]))
    assert again[:2] == [KNOWN[name].bos] * 2


@pytest.mark.parametrize("name", FORMATS)
def test_stop_token(name: FamilyName) -> None:
    """What ends a turn; it is one of those that the family's own settings end generation at."""
    (stop,) = pieces(TOKENIZERS[name], (FORMATS[name].stop_token_id,))
    assert stop == KNOWN[name].stop
    assert stop in KNOWN[name].ends
    assert (stop == TOKENIZERS[name].eos_token) == (name != "gemma3")


@pytest.mark.parametrize("name", FORMATS)
def test_digit_rule(name: FamilyName) -> None:
    numerals = Speller(FORMATS[name]).numerals
    assert numerals is not None, "else outcomes would have to be listed"
    assert numerals.group == KNOWN[name].digits
    (ids,) = FORMATS[name].answer_ids(["-12345.678"])
    by_three = ["-", "123", "45", ".", "678"]
    assert pieces(TOKENIZERS[name], ids) == (
        by_three if KNOWN[name].digits == 3 else list("-12345.678")
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qwen3", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>"),
        ("gemma3", "<bos><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>"),
        ("llama3", "Today: 26 Jul 2024\n\nBe brief.<|eot_id|>"),
        ("gpt_oss", "<|start|>developer<|message|># Instructions\n\nBe brief.<|end|>"),
    ],
)
def test_system_messages_arrive(name: FamilyName, expected: str) -> None:
    """Each family has another place for them; Gemma 3 puts them into the user's turn."""
    form = ChatFormat(TOKENIZERS[name], system="Be brief.")
    assert expected in "".join(pieces(TOKENIZERS[name], form.prompt_ids("Hi")))
    assert form.stop_token_id == FORMATS[name].stop_token_id
    assert form.answer_ids(["-0.5"]) == FORMATS[name].answer_ids(["-0.5"])


@pytest.mark.parametrize("name", FORMATS)
def test_words_come_back(name: FamilyName) -> None:
    """Also those that are bytes to the tokenizer."""
    words = ["Monday", "New York", "3 of Clubs", "Åland", "火曜日"]
    for word, ids in zip(words, FORMATS[name].answer_ids(words), strict=True):
        assert TOKENIZERS[name].decode(list(ids), clean_up_tokenization_spaces=False) == word


def test_earlier_answers_end_otherwise() -> None:
    """GPT-OSS: only the last turn ends with what ends generation."""
    tokenizer = TOKENIZERS["gpt_oss"]
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    text = tokenizer.apply_chat_template(
        [{"role": role, "content": said} for role, said in turns],
        tokenize=False,
        chat_template="{% macro strftime_now(f) %}{% endmacro %}" + str(tokenizer.chat_template),
    )
    assert isinstance(text, str)
    assert text.count("<|return|>") == 1 and text.endswith("d<|return|>")
    assert "b<|end|>" in text
