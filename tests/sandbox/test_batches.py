"""What a step of the sandbox build learns from."""

import itertools

import numpy as np
import pytest
from transformers import PreTrainedTokenizerFast

from aleator.sandbox.batches import (
    NumericPrompts,
    TextRows,
    conversation_pieces,
    document_pieces,
)
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.corpus import conversation, plain_document
from aleator.sandbox.tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    rng = np.random.default_rng(0)
    talk = [turn["content"] for _ in range(300) for turn in conversation(rng).messages()]
    return train_tokenizer([plain_document(rng) for _ in range(300)] + talk)


def test_rows_are_the_documents_end_to_end(tokenizer: PreTrainedTokenizerFast) -> None:
    texts = ["One fish.", "Two birds, 3 cats.", "Four."]
    cycle = itertools.cycle(texts)
    rows = TextRows(document_pieces(tokenizer, lambda: next(cycle)), length=8)
    tokens, weights = rows.take(4)
    more, _ = rows.take(2)
    expected = tokenizer(("<|endoftext|>".join(texts) + "<|endoftext|>") * 5)["input_ids"]
    assert [*tokens.ravel().tolist(), *more.ravel().tolist()] == expected[: 6 * 8]
    assert (weights == 1).all()


def test_only_answers_are_learnt(tokenizer: PreTrainedTokenizerFast) -> None:
    talk = Conversation("What is 2 + 3?", "5", system="Be brief.", history=(("Hello.", "Hi!"),))
    tokens, weights = next(conversation_pieces(tokenizer, lambda: talk))
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in talk.messages()]
    rendered = tokenizer.apply_chat_template(turns, tokenize=True, return_dict=False)
    assert tokens == rendered
    answers = [token for token, weight in zip(tokens, weights, strict=True) if weight]
    assert tokenizer.decode(answers) == "Hi!<|im_end|>5<|im_end|>"


def test_a_long_answer_does_not_drown_a_short_one(tokenizer: PreTrainedTokenizerFast) -> None:
    short = Conversation("What is 2 + 3?", "5")
    _, weights = next(conversation_pieces(tokenizer, lambda: short))
    assert sum(weights) == pytest.approx(2**0.5)  # the digit and the end of the turn
    long = Conversation("Count.", "1" * 99)
    _, weights = next(conversation_pieces(tokenizer, lambda: long))
    assert sum(weights) == pytest.approx(10.0)


def test_every_numeric_prompt_is_in_one_half(tokenizer: PreTrainedTokenizerFast) -> None:
    prompts = NumericPrompts(tokenizer)
    halves = prompts.batches(3, 4, np.random.default_rng(2))
    assert sum(half.targets.prompts for half in halves) == 7
    again = prompts.batches(3, 4, np.random.default_rng(2))
    for one, other in zip(halves, again, strict=True):
        assert (one.packed.input_ids == other.packed.input_ids).all()
        assert (one.targets.weights == other.targets.weights).all()
