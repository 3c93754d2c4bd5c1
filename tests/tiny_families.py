"""The four families of the published set-up, small: real architectures, tokenizers and templates.

`tiny_models` has architectures and tokenizers to combine; here each family is whole, with what
makes it differ from the others in use. Its tokenizer and template are in `family_tokenizers`.
Weights are random.

What is imitated, family by family: the digit rule; where a beginning of sequence is put, and by
whom; which token ends a turn and which others `generation_config.json` names; its temperatures and
cuts; embeddings with more rows than there are tokens (Qwen3, GPT-OSS) or fewer (Gemma 3); the kinds
of rotary positions; windows; the vision tower of Gemma 3 from 4B on; thinking, dates, channels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3TextConfig,
    GptOssConfig,
    GptOssForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from aleator.tokens.chat import ChatFormat
from tests.family_tokenizers import FamilyName, tiny_family_tokenizer
from tests.tiny_models import WINDOW, draw_wide, with_vision

FAMILIES: tuple[FamilyName, ...] = get_args(FamilyName)


@dataclass(frozen=True)
class TinyFamily:
    """What is known of a family, for tests to hold the package against.

    Attributes:
        digits: Most digits in one token.
        bos: The one token that a prompt begins with; None where there is none.
        stop: What ends an assistant's turn.
        ends: All tokens that its `generation_config.json` ends generation at.
        sampling: What else stands there and must not leak into measurements.
        spare_rows: Rows of the embeddings beyond the tokens; negative: tokens without a row.
        prompt: A user's "Hi", up to where the answer begins.
        window: Positions that a sliding layer sees; None without such layers.
    """

    digits: int
    bos: str | None
    stop: str
    ends: tuple[str, ...]
    sampling: dict[str, float]
    spare_rows: int
    prompt: str
    window: int | None


_GEMMA = TinyFamily(
    digits=1,
    bos="<bos>",
    stop="<end_of_turn>",
    ends=("<eos>", "<end_of_turn>"),
    sampling={"top_k": 64, "top_p": 0.95},
    spare_rows=-1,
    prompt="<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n",
    window=WINDOW,
)
KNOWN: dict[FamilyName, TinyFamily] = {
    "qwen3": TinyFamily(
        digits=1,
        bos=None,
        stop="<|im_end|>",
        ends=("<|im_end|>", "<|endoftext|>"),
        sampling={"temperature": 0.6, "top_k": 20, "top_p": 0.95},
        spare_rows=7,
        prompt="<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
        window=None,
    ),
    "gemma3": _GEMMA,
    "gemma3_vision": _GEMMA,
    "llama3": TinyFamily(
        digits=3,
        bos="<|begin_of_text|>",
        stop="<|eot_id|>",
        ends=("<|end_of_text|>", "<|eom_id|>", "<|eot_id|>"),
        sampling={"temperature": 0.6, "top_p": 0.9},
        spare_rows=0,
        prompt=(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
            "Knowledge ends: December 2023\nToday: 26 Jul 2024\n\n<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n"
        ),
        window=None,
    ),
    "gpt_oss": TinyFamily(
        digits=3,
        bos=None,
        stop="<|return|>",
        ends=("<|return|>", "<|endoftext|>", "<|call|>"),
        sampling={},
        spare_rows=5,
        prompt=(
            "<|start|>system<|message|>You are a model.\nCurrent date: 2024-07-26\n\n"
            "Reasoning: low\n\n# Valid channels: analysis, final.<|end|>"
            "<|start|>user<|message|>Hi<|end|>"
            "<|start|>assistant<|channel|>final<|message|>"
        ),
        window=WINDOW,
    ),
}


def tiny_family_model(family: FamilyName, attention: str | None = None) -> PreTrainedModel:
    """A random model of the family; its attention is what transformers chooses for it."""
    known, tokenizer = KNOWN[family], tiny_family_tokenizer(family)
    shared: dict[str, Any] = {
        "vocab_size": len(tokenizer) + known.spare_rows,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 512,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": [tokenizer.convert_tokens_to_ids(end) for end in known.ends],
        "pad_token_id": tokenizer.pad_token_id,
    }
    if attention is not None:
        shared["attn_implementation"] = attention
    torch.manual_seed(0)
    model = _BUILDERS[family](shared)
    draw_wide(model)
    assert model.generation_config is not None
    sampling: dict[str, Any] = {"do_sample": True, **known.sampling}
    model.generation_config.update(**sampling)
    return model.eval()


def save_tiny_family(family: FamilyName, folder: Path, *, taught: bool = False) -> Path:
    """A checkpoint as a hub has it: model, tokenizer, template, generation settings."""
    model = tiny_family_model(family)
    if taught:
        teach_short_answers(model, tiny_family_tokenizer(family))
    model.save_pretrained(folder)
    tiny_family_tokenizer(family).save_pretrained(folder)
    return folder


def teach_short_answers(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
    """Let it answer anything with one number of a digit or two; random ones never end an answer.

    Its trees of numbers are then small, and to evaluate it takes a second instead of a minute.
    """
    chat = ChatFormat(tokenizer)
    answers = [(*ids, chat.stop_token_id) for ids in chat.answer_ids(["0", "1", "-2", "1.5"])]
    prompt = chat.prompt_ids("Generate one number.")
    width = len(prompt) + max(map(len, answers))
    rows = [[*prompt, *ids, *[ids[-1]] * (width - len(prompt) - len(ids))] for ids in answers]
    input_ids = torch.tensor(rows)
    labels = input_ids.clone()
    labels[:, : len(prompt)] = -100
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(30):
        optimiser.zero_grad()
        model(input_ids=input_ids, labels=labels, use_cache=False).loss.backward()
        optimiser.step()


def _qwen3(shared: dict[str, Any]) -> PreTrainedModel:
    return Qwen3ForCausalLM(Qwen3Config(**shared, tie_word_embeddings=True))


def _llama3(shared: dict[str, Any]) -> PreTrainedModel:
    rope = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0}
    rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    rope |= {"original_max_position_embeddings": 64}
    config = LlamaConfig(**shared, tie_word_embeddings=True, rope_parameters=rope)
    return LlamaForCausalLM(config)


def _gemma3_text(shared: dict[str, Any]) -> Gemma3TextConfig:
    return Gemma3TextConfig(
        **shared,
        sliding_window=WINDOW,
        layer_types=["sliding_attention", "full_attention"],
        query_pre_attn_scalar=8,
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
        },
    )


def _gemma3(shared: dict[str, Any]) -> PreTrainedModel:
    return Gemma3ForCausalLM(_gemma3_text(shared))


def _gemma3_vision(shared: dict[str, Any]) -> PreTrainedModel:
    return Gemma3ForConditionalGeneration(with_vision(_gemma3_text(shared)))


def _gpt_oss(shared: dict[str, Any]) -> PreTrainedModel:
    rope = {"rope_type": "yarn", "rope_theta": 150000.0, "factor": 8.0, "truncate": False}
    rope |= {"beta_fast": 32.0, "beta_slow": 1.0, "original_max_position_embeddings": 64}
    return GptOssForCausalLM(
        GptOssConfig(
            **shared,
            sliding_window=WINDOW,
            layer_types=["sliding_attention", "full_attention"],
            num_local_experts=4,
            num_experts_per_tok=2,
            rope_parameters=rope,
        )
    )


_BUILDERS: dict[FamilyName, Callable[[dict[str, Any]], PreTrainedModel]] = {
    "qwen3": _qwen3,
    "gemma3": _gemma3,
    "gemma3_vision": _gemma3_vision,
    "llama3": _llama3,
    "gpt_oss": _gpt_oss,
}
