"""The tokenizers of `tiny_families`, trained on the spot, and their chat templates.

Each cuts text by its family's rules and holds its family's special tokens. The templates are
written here and behave as the published ones do in all that this package touches.
"""

import json
from functools import cache
from typing import Literal

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
from transformers import PreTrainedTokenizerFast

FamilyName = Literal["qwen3", "gemma3", "gemma3_vision", "llama3", "gpt_oss"]

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
