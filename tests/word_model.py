"""A tiny model that answers with chosen tokens, and plain ways to ask it for probabilities.

As ``number_model``: a real forward pass and a real tokenizer, with a bias on the output head.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from aleator.tokens.chat import ChatFormat
from tests.tiny_models import tiny_model, tiny_tokenizer


@cache
def word_tokenizer() -> PreTrainedTokenizerFast:
    return tiny_tokenizer("chatml")


@cache
def word_format() -> ChatFormat:
    return ChatFormat(word_tokenizer())


def word_model(
    favoured: Mapping[str, float], stop_bias: float = 9.0, *, heedless: bool = False
) -> PreTrainedModel:
    """A model with these biases on single tokens, and -3 on others.

    A ``heedless`` one has nothing but them: its probabilities are the same at every step.
    """
    tokenizer = word_tokenizer()
    model = tiny_model("qwen3", vocabulary=len(tokenizer))
    head = model.get_output_embeddings()
    assert isinstance(head, nn.Linear)
    bias = torch.full((head.out_features,), -3.0)
    for text, favour in favoured.items():
        (token,) = tokenizer.encode(text, add_special_tokens=False)
        bias[token] = favour
    bias[word_format().stop_token_id] = stop_bias
    biased = nn.Linear(head.in_features, head.out_features)
    with torch.no_grad():
        biased.weight.copy_(torch.zeros_like(head.weight) if heedless else head.weight)
        biased.bias.copy_(bias)
    model.set_output_embeddings(biased)
    model.config.max_position_embeddings = 2048  # methods put long system messages before prompts
    return model.eval()


@torch.no_grad()
def path_log_probabilities(
    model: PreTrainedModel, prompt: Sequence[int], path: Sequence[int]
) -> torch.Tensor:
    """Log probabilities of all tokens at each step of a path, by a pass of its own: ``[n, V]``."""
    logits = model(torch.tensor([[*prompt, *path]])).logits[0, len(prompt) - 1 : -1]
    return torch.log_softmax(logits.double(), dim=-1)


def answer_log_probability(model: PreTrainedModel, prompt: str, path: Sequence[int]) -> float:
    """Log probability that a prompt's answer is exactly these tokens."""
    ended = [*path, word_format().stop_token_id]
    steps = path_log_probabilities(model, word_format().prompt_ids(prompt), ended)
    return float(steps[torch.arange(len(ended)), torch.tensor(ended)].sum())


def tokenisations(text: str) -> list[tuple[int, ...]]:
    """Every sequence of tokens that spells a text, by trying all of them."""
    pieces = _pieces()
    if not text:
        return [()]
    return [
        (token, *rest)
        for length in range(1, len(text) + 1)
        for token in pieces.get(text[:length], ())
        for rest in tokenisations(text[length:])
    ]


@cache
def _pieces() -> dict[str, list[int]]:
    tokenizer = word_tokenizer()
    pieces: dict[str, list[int]] = {}
    for token in range(len(tokenizer)):
        (text,) = tokenizer.batch_decode([[token]], clean_up_tokenization_spaces=False)
        if token not in tokenizer.all_special_ids and token not in tokenizer.added_tokens_decoder:
            pieces.setdefault(text, []).append(token)
    return pieces
