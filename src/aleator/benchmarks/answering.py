"""The model under test: what benchmarks need to put prompts to it."""

from dataclasses import dataclass

from torch import nn
from transformers import PreTrainedTokenizerFast

from aleator.tokens.chat import PromptFormat


@dataclass(frozen=True)
class AnsweringModel:
    """A model in evaluation mode, with or without an adapter, and how it is asked."""

    model: nn.Module
    tokenizer: PreTrainedTokenizerFast
    prompt_format: PromptFormat
