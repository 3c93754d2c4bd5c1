"""Random models of four architectures, trees to ask them about, and tokenizers.

Real code paths without downloads. Weights are drawn with a wide spread, so that attention
is far from uniform and a wrong mask shows. The sliding windows are shorter than the prompts
of the tests.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    Gemma3Config,
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3TextConfig,
    GptOssConfig,
    GptOssForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    SiglipVisionConfig,
)

Architecture = Literal["llama", "qwen3", "gemma3", "gpt_oss"]
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)
WINDOW = 5
"""Positions that a sliding layer sees."""

VOCABULARY = 400


def tiny_model(
    architecture: Architecture,
    attention: str = "eager",
    vocabulary: int = VOCABULARY,
    layers: int = 4,
) -> PreTrainedModel:
    """A random model in float32, in evaluation mode; GPT-OSS runs on eager attention only."""
    shared = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 512,
        "attn_implementation": attention,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
    }
    alternating = (["sliding_attention", "full_attention"] * layers)[:layers]
    torch.manual_seed(0)
    match architecture:
        case "llama":
            model = LlamaForCausalLM(LlamaConfig(**shared))
        case "qwen3":
            model = Qwen3ForCausalLM(Qwen3Config(**shared))
        case "gemma3":
            model = Gemma3ForCausalLM(
                Gemma3TextConfig(
                    **shared,
                    sliding_window=WINDOW,
                    layer_types=alternating,
                    query_pre_attn_scalar=8,
                    final_logit_softcapping=5.0,
                )
            )
        case "gpt_oss":
            model = GptOssForCausalLM(
                GptOssConfig(
                    **shared,
                    sliding_window=WINDOW,
                    layer_types=alternating,
                    num_local_experts=4,
                    num_experts_per_tok=2,
                    rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
                )
            )
    draw_wide(model)
    return model.eval()


def draw_wide(model: PreTrainedModel) -> None:
    """Weights that make attention far from uniform."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=parameter.shape[-1] ** -0.5)


def tiny_gemma3_with_vision() -> PreTrainedModel:
    """The language model of `tiny_model("gemma3")` and a vision tower, as from 4B on."""
    config = with_vision(tiny_model("gemma3").config)
    torch.manual_seed(0)
    return Gemma3ForConditionalGeneration(config).eval()


def with_vision(text: PreTrainedConfig) -> Gemma3Config:
    """A language model's configuration with a small vision tower."""
    return Gemma3Config(
        text_config=text,
        vision_config=SiglipVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=28,
            patch_size=14,
        ),
        mm_tokens_per_image=4,
    )


@dataclass(frozen=True)
class TinyTree:
    """A tree of tokens after a prompt; node 0 is the prompt's end."""

    tokens: NDArray[np.int64]
    parents: NDArray[np.int64]

    def path(self, node: int) -> list[int]:
        """Tokens from the root to `node`."""
        tokens: list[int] = []
        while node > 0:
            tokens.append(int(self.tokens[node]))
            node = int(self.parents[node])
        return tokens[::-1]


def random_tree(rng: np.random.Generator, nodes: int, reach: int = 6) -> TinyTree:
    """A tree in which each node hangs on one of the `reach` nodes before it."""
    parents = [-1, *(int(rng.integers(max(0, n - reach), n)) for n in range(1, nodes))]
    tokens = [-1, *rng.integers(VOCABULARY, size=nodes - 1).tolist()]
    return TinyTree(np.array(tokens), np.array(parents))


def random_prompt(rng: np.random.Generator, length: int) -> list[int]:
    """Tokens of any kind."""
    return rng.integers(VOCABULARY, size=length).tolist()


Template = Literal["chatml", "chatml_thinking", "llama3", "gemma", "harmony", "none"]

_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_CHATML_THINKING = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n"
    "{% endif %}{% endif %}"
)
_LLAMA3 = (
    "{{ bos_token }}<|start_header_id|>system<|end_header_id|>\n\nToday is "
    "{{ strftime_now('%d %b %Y') }}<|eot_id|>"
    "{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n"
    "{{ message.content }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
_GEMMA = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "<start_of_turn>{{ 'model' if message.role == 'assistant' else message.role }}\n"
    "{{ message.content }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
_HARMONY = (
    "<|start|>system<|message|>Reasoning: {{ reasoning_effort }}<|end|>"
    "{% for message in messages %}"
    "{% if message.role == 'assistant' %}<|start|>assistant<|channel|>final<|message|>"
    "{{ message.content }}{{ '<|return|>' if loop.last else '<|end|>' }}"
    "{% else %}<|start|>{{ message.role }}<|message|>{{ message.content }}<|end|>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)
_TEMPLATES: dict[Template, str | None] = {
    "chatml": _CHATML,
    "chatml_thinking": _CHATML_THINKING,
    "llama3": _LLAMA3,
    "gemma": _GEMMA,
    "harmony": _HARMONY,
    "none": None,
}
_MARKERS: dict[Template, list[str]] = {
    "chatml": ["<|im_start|>", "<|im_end|>"],
    "chatml_thinking": ["<|im_start|>", "<|im_end|>", "<think>", "</think>"],
    "llama3": ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    "gemma": ["<start_of_turn>", "<end_of_turn>"],
    "harmony": ["<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>"],
    "none": [],
}
_TEXT = [
    "Generate exactly ONE random number from a Gaussian distribution with parameters mu=0.0.",
    "Output ONLY the number.\n\n system user assistant model final\n\n\nThe.\n",
    *(f"{number / 100:.2f} {-number} {number * 7919}" for number in range(1000)),
    *(f"{number:03d}" for number in range(1000)),
    *(f"{number:02d}" for number in range(100)),
]


def tiny_tokenizer(
    template: Template = "chatml",
    digits: int = 1,
    bos: bool | None = None,
) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer trained on the spot.

    Args:
        template: Its chat template.
        digits: Most digits in one token: 1 as in Qwen, 3 as in Llama 3, where digits are taken
            three by three from the left and every such group is a token.
        bos: Whether it puts a beginning-of-sequence token before plain text, as those of Llama
            and Gemma do; None: as the tokenizer of that name does.
    """
    adds_bos = template in ("llama3", "gemma") if bos is None else bos
    tokenizer = Tokenizer.from_str(_trained(template, digits))
    if adds_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<bos> $A", special_tokens=[("<bos>", tokenizer.token_to_id("<bos>"))]
        )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|endoftext|>",
        pad_token="<pad>",
        bos_token="<bos>" if adds_bos else None,
    )
    fast.chat_template = _TEMPLATES[template]
    return fast


@cache
def _trained(template: Template, digits: int) -> str:
    """The tokenizer's JSON; to train it is slow enough to do it once."""
    words = rf"\p{{N}}{{1,{digits}}}| ?\p{{L}}+|\s*[\r\n]+|[^\s\p{{L}}\p{{N}}]|\s+"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(words), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<bos>", "<pad>", *_MARKERS[template]]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY if digits == 1 else 4 * VOCABULARY,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_TEXT, trainer)
    return tokenizer.to_str()
