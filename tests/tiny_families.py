"""The four families of the published set-up, small: real architectures, tokenizers and templates.

`tiny_models` has architectures and tokenizers to combine; here each family is whole, with what
makes it differ from the others in use. Tokenizers are trained on the spot to the family's rules of
cutting text, and hold its special tokens. Templates are written here and behave as the published
ones do in all that this package touches. Weights are random.

What is imitated, family by family: the digit rule; where a beginning of sequence is put, and by
whom; which token ends a turn and which others `generation_config.json` names; its temperatures and
cuts; embeddings with more rows than there are tokens (Qwen3, GPT-OSS) or fewer (Gemma 3); the kinds
of rotary positions; windows; the vision tower of Gemma 3 from 4B on; thinking, dates, channels.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import torch
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    Gemma3Config,
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
    SiglipVisionConfig,
)

from aleator.tokens.chat import ChatFormat
from tests.tiny_models import WINDOW

FamilyName = Literal["qwen3", "gemma3", "gemma3_vision", "llama3", "gpt_oss"]
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

_QWEN_TEMPLATE = """\
{%- set asked = namespace(last=-1) -%}
{%- for turn in messages -%}
  {%- if turn.role == 'user' -%}{%- set asked.last = loop.index0 -%}{%- endif -%}
{%- endfor -%}
{%- for turn in messages -%}
  {%- set said = turn.content.split('</think>')[-1].lstrip('\\n') -%}
  {{- '<|im_start|>' + turn.role + '\\n' -}}
  {%- if turn.role == 'assistant' and loop.index0 > asked.last -%}
    {{- '<think>\\n\\n</think>\\n\\n' -}}
  {%- endif -%}
  {{- (said if turn.role == 'assistant' else turn.content) + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|im_start|>assistant\\n' -}}
  {%- if enable_thinking is defined and not enable_thinking -%}
    {{- '<think>\\n\\n</think>\\n\\n' -}}
  {%- endif -%}
{%- endif -%}
"""
_LLAMA_TEMPLATE = """\
{{- bos_token -}}
{%- if not date_string is defined -%}
  {%- if strftime_now is defined -%}
    {%- set date_string = strftime_now('%d %b %Y') -%}
  {%- else -%}
    {%- set date_string = '26 Jul 2024' -%}
  {%- endif -%}
{%- endif -%}
{%- set turns = messages -%}
{%- set instructions = '' -%}
{%- if turns[0].role == 'system' -%}
  {%- set instructions = turns[0].content | trim -%}
  {%- set turns = turns[1:] -%}
{%- endif -%}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' -}}
{{- 'Knowledge ends: December 2023\\nToday: ' + date_string + '\\n\\n' -}}
{{- instructions + '<|eot_id|>' -}}
{%- for turn in turns -%}
  {{- '<|start_header_id|>' + turn.role + '<|end_header_id|>\\n\\n' -}}
  {{- turn.content | trim + '<|eot_id|>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
{%- endif -%}
"""
_GEMMA_TEMPLATE = """\
{{- bos_token -}}
{%- set turns = messages -%}
{%- set opening = '' -%}
{%- if turns[0].role == 'system' -%}
  {%- set opening = turns[0].content + '\\n\\n' -%}
  {%- set turns = turns[1:] -%}
{%- endif -%}
{%- for turn in turns -%}
  {%- if (turn.role == 'user') != (loop.index0 % 2 == 0) -%}
    {{- raise_exception('turns of user and assistant must alternate') -}}
  {%- endif -%}
  {{- '<start_of_turn>' + ('model' if turn.role == 'assistant' else turn.role) + '\\n' -}}
  {{- (opening if loop.first else '') + turn.content | trim + '<end_of_turn>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<start_of_turn>model\\n' -}}{%- endif -%}
"""
_HARMONY_TEMPLATE = """\
{%- set effort = reasoning_effort if reasoning_effort is defined else 'medium' -%}
{{- '<|start|>system<|message|>You are a model.\\nCurrent date: ' -}}
{{- strftime_now('%Y-%m-%d') + '\\n\\nReasoning: ' + effort -}}
{{- '\\n\\n# Valid channels: analysis, final.<|end|>' -}}
{%- for turn in messages -%}
  {%- if turn.role in ('system', 'developer') -%}
    {{- '<|start|>developer<|message|># Instructions\\n\\n' + turn.content + '<|end|>' -}}
  {%- elif turn.role == 'assistant' -%}
    {{- '<|start|>assistant<|channel|>final<|message|>' + turn.content -}}
    {{- '<|return|>' if loop.last and not add_generation_prompt else '<|end|>' -}}
  {%- else -%}
    {{- '<|start|>' + turn.role + '<|message|>' + turn.content + '<|end|>' -}}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|start|>assistant' -}}{%- endif -%}
"""

_TEXT = [
    "Generate exactly ONE random number from a Gaussian distribution with parameters mu=0.0.",
    "Output ONLY the number.\n\n system user assistant model final developer\n\n\nThe.\n",
    *(f"{number / 100:.2f} {-number} {number * 7919}" for number in range(1000)),
    *(f"{number:03d}" for number in range(1000)),
    *(f"{number:02d}" for number in range(100)),
]
_SMALL, _LARGE = 420, 1700


def tiny_family_tokenizer(family: FamilyName) -> PreTrainedTokenizerFast:
    """A tokenizer of the family, with its template."""
    match family:
        case "qwen3":
            plain = ["<think>", "</think>"]
            special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
            names = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
            backend = _byte_level("qwen3", r"\p{N}", _SMALL, (*special,), (*plain,))
            template = _QWEN_TEMPLATE
        case "llama3":
            special = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>"]
            special += ["<|end_header_id|>", "<|eom_id|>", "<|eot_id|>"]
            names = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}
            backend = _byte_level("llama3", r"\p{N}{1,3}", _LARGE, (*special,), ())
            backend.post_processor = _puts_first(backend, "<|begin_of_text|>")
            template = _LLAMA_TEMPLATE
        case "gpt_oss":
            special = ["<|startoftext|>", "<|endoftext|>", "<|return|>", "<|start|>", "<|end|>"]
            special += ["<|message|>", "<|channel|>", "<|call|>"]
            names = {"bos_token": "<|startoftext|>", "eos_token": "<|return|>"}
            names["pad_token"] = "<|endoftext|>"
            backend = _byte_level("gpt_oss", r"\p{N}{1,3}", _LARGE, (*special,), ())
            template = _HARMONY_TEMPLATE
        case "gemma3" | "gemma3_vision":
            names = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>"}
            names["unk_token"] = "<unk>"
            backend = Tokenizer.from_str(_sentence_piece())
            backend.post_processor = _puts_first(backend, "<bos>")
            template = _GEMMA_TEMPLATE
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **names)
    tokenizer.chat_template = template
    return tokenizer


def tiny_family_model(family: FamilyName, attention: str | None = None) -> PreTrainedModel:
    """A random model of the family; its attention is what transformers chooses for it."""
    known, tokenizer = KNOWN[family], tiny_family_tokenizer(family)
    shared = {
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
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=parameter.shape[-1] ** -0.5)
    model.generation_config.update(do_sample=True, **known.sampling)
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


def _qwen3(shared: dict[str, object]) -> PreTrainedModel:
    return Qwen3ForCausalLM(Qwen3Config(**shared, tie_word_embeddings=True))


def _llama3(shared: dict[str, object]) -> PreTrainedModel:
    rope = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0}
    rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    rope |= {"original_max_position_embeddings": 64}
    config = LlamaConfig(**shared, tie_word_embeddings=True, rope_parameters=rope)
    return LlamaForCausalLM(config)


def _gemma3_text(shared: dict[str, object]) -> Gemma3TextConfig:
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


def _gemma3(shared: dict[str, object]) -> PreTrainedModel:
    return Gemma3ForCausalLM(_gemma3_text(shared))


def _gemma3_vision(shared: dict[str, object]) -> PreTrainedModel:
    config = Gemma3Config(
        text_config=_gemma3_text(shared),
        vision_config=SiglipVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=28,
            patch_size=14,
        ),
        mm_tokens_per_image=4,
        eos_token_id=shared["eos_token_id"],
    )
    return Gemma3ForConditionalGeneration(config)


def _gpt_oss(shared: dict[str, object]) -> PreTrainedModel:
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


_BUILDERS: dict[FamilyName, Callable[[dict[str, object]], PreTrainedModel]] = {
    "qwen3": _qwen3,
    "gemma3": _gemma3,
    "gemma3_vision": _gemma3_vision,
    "llama3": _llama3,
    "gpt_oss": _gpt_oss,
}


def _puts_first(tokenizer: Tokenizer, token: str) -> processors.TemplateProcessing:
    pair = (token, tokenizer.token_to_id(token))
    return processors.TemplateProcessing(single=f"{token} $A", special_tokens=[pair])


def _byte_level(
    name: str, digits: str, size: int, special: tuple[str, ...], plain: tuple[str, ...]
) -> Tokenizer:
    """BPE over bytes; a word may take the one character before it, a line end what is before."""
    tokenizer = Tokenizer.from_str(_trained_byte_level(name, digits, size))
    tokenizer.add_special_tokens(list(special))
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in plain])
    return tokenizer


@cache
def _trained_byte_level(name: str, digits: str, size: int) -> str:
    word = {
        "qwen3": r"[^\r\n\p{L}\p{N}]?\p{L}+",
        "llama3": r"[^\r\n\p{L}\p{N}]?\p{L}+",
        "gpt_oss": r"[^\r\n\p{L}\p{N}]?\p{Lu}*\p{Ll}+|[^\r\n\p{L}\p{N}]?\p{L}+",
    }[name]
    marks = r" ?[^\s\p{L}\p{N}]+[\r\n/]*" if name == "gpt_oss" else r" ?[^\s\p{L}\p{N}]+[\r\n]*"
    cuts = rf"{word}|{digits}|{marks}|\s*[\r\n]+|\s+(?!\S)|\s+"
    tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama3"))
    if name == "qwen3":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(cuts), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_TEXT, trainer)
    return tokenizer.to_str()


@cache
def _sentence_piece() -> str:
    """BPE over characters, as SentencePiece's: spaces are a letter, what is unknown is bytes.

    No pre-tokenizer keeps digits apart when it is used; the vocabulary has none but single ones.
    """
    learner = Tokenizer(models.BPE(unk_token="<unk>"))
    learner.normalizer = normalizers.Replace(" ", "▁")
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split("\n", behavior="isolated"),
            pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    learner.train_from_iterator(
        _TEXT, trainers.BpeTrainer(vocab_size=150, special_tokens=["<unk>"], show_progress=False)
    )
    learnt = json.loads(learner.to_str())["model"]
    lines = ["\n" * count for count in range(1, 5)]
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    pieces = [*special, *lines, *(f"<0x{byte:02X}>" for byte in range(256)), *learnt["vocab"]]
    vocabulary = {piece: place for place, piece in enumerate(dict.fromkeys(pieces))}
    merges = [(one[0], one[1]) for one in learnt["merges"]]
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    tokenizer.add_special_tokens([*special, "<image_soft_token>"])
    tokenizer.add_tokens([AddedToken(line, normalized=False) for line in lines])
    return tokenizer.to_str()
