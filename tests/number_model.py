"""A tiny random model that mostly answers with numbers: its output head has a bias.

Everything else is as in `tiny_models`: a real forward pass, a real tokenizer. Its answers are
short, so that all of them can be listed.
"""

from functools import cache

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from aleator.tokens.chat import ChatFormat
from tests.tiny_models import Architecture, tiny_model, tiny_tokenizer

FAVOURED = {**{str(digit): 6.0 for digit in range(10)}, ".": 6.0, "-": 5.0, " ": 3.0, "x": 3.0}


@cache
def number_tokenizer(digits: int = 1) -> PreTrainedTokenizerFast:
    return tiny_tokenizer("chatml" if digits == 1 else "llama3", digits=digits)


def number_format(digits: int = 1) -> ChatFormat:
    return ChatFormat(number_tokenizer(digits))


def number_model(
    architecture: Architecture = "qwen3", stop_bias: float = 9.0, digits: int = 1
) -> PreTrainedModel:
    """The larger ``stop_bias``, the shorter the answers; ``digits`` are the tokenizer's."""
    tokenizer = number_tokenizer(digits)
    model = tiny_model(architecture, vocabulary=len(tokenizer))
    head = model.get_output_embeddings()
    assert isinstance(head, nn.Linear)
    bias = torch.full((head.out_features,), -3.0)
    for text, favour in FAVOURED.items():
        (token,) = tokenizer.encode(text, add_special_tokens=False)
        bias[token] = favour
    bias[number_format(digits).stop_token_id] = stop_bias
    biased = nn.Linear(head.in_features, head.out_features)
    with torch.no_grad():
        biased.weight.copy_(head.weight)
        biased.bias.copy_(bias)
    model.set_output_embeddings(biased)
    model.config.max_position_embeddings = 2048  # methods put long system messages before prompts
    return model.eval()
