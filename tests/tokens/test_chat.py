import time
from collections.abc import Iterable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import processors
from transformers import PreTrainedTokenizerFast

from aleator.errors import ModelError
from aleator.tokens.chat import ChatFormat, PlainFormat, PromptFormat, conversation_ids
from tests.tiny_models import Template, tiny_tokenizer

CHATS: tuple[Template, ...] = tuple(name for name in get_args(Template) if name != "none")
TOKENIZERS = {name: tiny_tokenizer(name, digits=3) for name in CHATS}
FORMATS: dict[str, PromptFormat] = {name: ChatFormat(t) for name, t in TOKENIZERS.items()}
TOKENIZERS["none"] = tiny_tokenizer("none")
FORMATS["none"] = PlainFormat(TOKENIZERS["none"])

RENDERED = {
    "chatml": "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    "chatml_thinking": (
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    ),
    "llama3": (
        "<bos><|start_header_id|>system<|end_header_id|>\n\nToday is 26 Jul 2024<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "gemma": "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n",
    "harmony": (
        "<|start|>system<|message|>Reasoning: low<|end|><|start|>user<|message|>Hi<|end|>"
        "<|start|>assistant<|channel|>final<|message|>"
    ),
    "none": "Hi\n",
}
STOPS = {
    "chatml": "<|im_end|>",
    "chatml_thinking": "<|im_end|>",
    "llama3": "<|eot_id|>",
    "gemma": "<end_of_turn>",
    "harmony": "<|return|>",
    "none": "\n",
}


def text(tokenizer: PreTrainedTokenizerFast, ids: Iterable[int]) -> str:
    return "".join(tokenizer.batch_decode([[token] for token in ids]))


@pytest.mark.parametrize("name", FORMATS)
def test_prompts(name: str) -> None:
    """The whole text: one beginning of sequence, thinking off, the final channel, one day."""
    assert text(TOKENIZERS[name], FORMATS[name].prompt_ids("Hi")) == RENDERED[name]


@pytest.mark.parametrize("name", FORMATS)
def test_stop_token(name: str) -> None:
    """What the template ends an answer with, which is not the tokenizer's own end token."""
    stop = FORMATS[name].stop_token_id
    assert text(TOKENIZERS[name], [stop]) == STOPS[name]
    assert stop != TOKENIZERS[name].eos_token_id


@pytest.mark.parametrize("name", ["llama3", "gemma"])
def test_one_bos_though_the_tokenizer_adds_one(name: Template) -> None:
    tokenizer = tiny_tokenizer(name)
    assert tokenizer("Hi")["input_ids"][0] == tokenizer.bos_token_id
    ids = ChatFormat(tokenizer).prompt_ids("Hi")
    assert ids[0] == tokenizer.bos_token_id
    assert ids.count(ids[0]) == 1


def test_plain_text_gets_the_bos_of_its_tokenizer() -> None:
    tokenizer = tiny_tokenizer("none", bos=True)
    ids = PlainFormat(tokenizer).prompt_ids("Hi\n")
    assert text(tokenizer, ids) == "<bos>Hi\n"


@pytest.mark.parametrize("name", FORMATS)
@given(
    prompt=st.text("abc 1.\n", min_size=1),
    answer=st.from_regex(
        r"-?[0-9]{1,7}(\.[0-9]{0,5})?|[A-Za-z][A-Za-z0-9 .]{0,12}", fullmatch=True
    ),
)
def test_answers_are_tokenised_in_place(name: str, prompt: str, answer: str) -> None:
    """Against the whole text at once, whatever the prompt."""
    tokenizer, form = TOKENIZERS[name], FORMATS[name]
    prompt_ids = form.prompt_ids(prompt)
    whole = text(tokenizer, prompt_ids) + answer
    expected = tokenizer(whole, add_special_tokens=False)["input_ids"]
    assert [*prompt_ids, *form.answer_ids([answer])[0]] == expected


def test_three_digits_from_the_left() -> None:
    ids = FORMATS["llama3"].answer_ids(["-12345.678", ""])
    assert [TOKENIZERS["llama3"].decode([i]) for i in ids[0]] == ["-", "123", "45", ".", "678"]
    assert ids[1] == ()


def test_no_answers() -> None:
    assert FORMATS["chatml"].answer_ids([]) == []


def test_a_thousand_answers_in_no_time() -> None:
    answers = [f"{k / 100:.2f}" for k in range(1000)]
    begin = time.process_time()
    assert len(FORMATS["llama3"].answer_ids(answers)) == 1000
    assert time.process_time() - begin < 1.0


def test_an_answer_that_melts_into_the_prompt() -> None:
    with pytest.raises(ModelError, match=r"merges the beginning of the answer '\\n1'"):
        FORMATS["chatml"].answer_ids(["0.5", "\n1"])


def test_system_message() -> None:
    tokenizer = tiny_tokenizer("chatml")
    ids = ChatFormat(tokenizer, system="The model").prompt_ids("Hi")
    assert text(tokenizer, ids).startswith("<|im_start|>system\nThe model<|im_end|>\n")


def test_a_template_without_system_messages() -> None:
    with pytest.raises(ModelError, match="refuses a system message .*System role not supported"):
        ChatFormat(tiny_tokenizer("gemma"), system="The model")


def test_a_template_that_drops_system_messages() -> None:
    tokenizer = tiny_tokenizer("chatml")
    template = str(tokenizer.chat_template)
    dropping = template.replace("messages %}", "messages if message.role != 'system' %}", 1)
    assert dropping != template
    tokenizer.chat_template = dropping
    ChatFormat(tokenizer)
    with pytest.raises(ModelError, match="drops the system message"):
        ChatFormat(tokenizer, system="The model")


def test_template_options() -> None:
    thinking = ChatFormat(TOKENIZERS["chatml_thinking"], template_options={"enable_thinking": True})
    prompt = text(TOKENIZERS["chatml_thinking"], thinking.prompt_ids("Hi"))
    assert prompt.endswith("<|im_start|>assistant\n"), "room for its thoughts"
    assert thinking.stop_token_id == FORMATS["chatml_thinking"].stop_token_id
    harmony = ChatFormat(TOKENIZERS["harmony"], template_options={"reasoning_effort": "high"})
    assert "Reasoning: high" in text(TOKENIZERS["harmony"], harmony.prompt_ids("Hi"))


def test_an_unknown_template_option() -> None:
    with pytest.raises(ModelError, match="no option 'reasoning_effort'; leave it out"):
        ChatFormat(TOKENIZERS["chatml"], template_options={"reasoning_effort": "low"})


def test_no_chat_template() -> None:
    with pytest.raises(ModelError, match="no chat template; take an instruction-tuned model"):
        ChatFormat(TOKENIZERS["none"])


def with_template(template: str) -> PreTrainedTokenizerFast:
    tokenizer = tiny_tokenizer("chatml")
    tokenizer.chat_template = template
    return tokenizer


def test_no_stop_token() -> None:
    template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    with pytest.raises(ModelError, match=r"ends an assistant's turn with '\\n'"):
        ChatFormat(with_template(template))


def test_a_broken_template() -> None:
    with pytest.raises(ModelError, match="refuses a user turn"):
        ChatFormat(with_template("{{ messages[0].content.nothing.more }}"))


def test_the_date_in_any_form() -> None:
    form = (
        "{% macro today() %}{{ strftime_now('%A %d %B %Y, %Y-%m-%d') }}\n{% endmacro %}"
        "{% if strftime_now is defined %}{{ today() }}{% endif %}"
    )
    tokenizer = tiny_tokenizer("chatml")
    assert isinstance(tokenizer.chat_template, str)
    tokenizer.chat_template = form + tokenizer.chat_template
    prompt = text(tokenizer, ChatFormat(tokenizer).prompt_ids("Hi"))
    assert prompt.startswith("Friday 26 July 2024, 2024-07-26\n<|im_start|>user")


def test_a_plain_stop_of_several_tokens() -> None:
    with pytest.raises(ModelError, match="is 3 tokens to"):
        PlainFormat(TOKENIZERS["none"], stop="123")


def test_a_tokenizer_that_ends_texts_itself() -> None:
    tokenizer = tiny_tokenizer("none")
    end = ("<|endoftext|>", tokenizer.convert_tokens_to_ids("<|endoftext|>"))
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|endoftext|>", special_tokens=[end]
    )
    with pytest.raises(ModelError, match="puts a token behind every text"):
        PlainFormat(tokenizer)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chatml", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n"),
        (
            "gemma",
            "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nYes?<end_of_turn>\n",
        ),
    ],
)
def test_a_whole_conversation(name: str, expected: str) -> None:
    """One beginning of sequence, and no opening of a further turn."""
    assert text(TOKENIZERS[name], conversation_ids(TOKENIZERS[name], "Hi", "Yes?")) == expected


def test_a_conversation_that_the_template_refuses() -> None:
    tokenizer = tiny_tokenizer("gemma")
    tokenizer.chat_template = "{{ raise_exception('no conversations') }}"
    with pytest.raises(ModelError, match="refuses a user's turn and an answer"):
        conversation_ids(tokenizer, "Hi", "Yes?")


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "none"])
def test_a_conversation_as_text(name: str) -> None:
    """For who tokenises it without special tokens: the prompt is the prompt's own tokens."""
    chat = ChatFormat(TOKENIZERS[name])
    asked = [{"role": "user", "content": "Hi"}]
    assert chat.text(asked) == RENDERED[name]
    ids = TOKENIZERS[name](chat.text(asked), add_special_tokens=False)["input_ids"]
    assert tuple(ids) == chat.prompt_ids("Hi")
    turns = [*asked, {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "No"}]
    several = chat.text(turns)
    assert several.count("Yes?") == several.count("Hi") == several.count("No") == 1
    assert several.endswith(RENDERED[name].rpartition("Hi")[2])
    begun = chat.text(
        [*asked, {"role": "assistant", "content": "The number is"}], answer_begun=True
    )
    assert begun.endswith("The number is") and begun.startswith(RENDERED[name].partition("Hi")[0])


def test_a_conversation_as_text_that_the_template_refuses() -> None:
    chat = ChatFormat(tiny_tokenizer("gemma"))
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    with pytest.raises(ModelError, match="refuses a conversation of 2 turns"):
        chat.text(turns)
