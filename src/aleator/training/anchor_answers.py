"""The anchor's texts as tokens: answers drawn once from the model as it came, kept with the run.

`anchor.jsonl` in the run's folder has one text a line: `prompt`, `system` and `answer` (or `text`)
for readers, `ids` and `begin` for training. It is written whole before the first update; a run that
goes on reads it and draws nothing. Answers are drawn at temperature 1 from the whole softmax, as
`aleator.sampling` draws everything; the tokens that were drawn are kept, not those that a tokenizer
would make of their text. An answer that was cut off has no stop token.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import TypeAdapter
from torch import nn
from transformers import PreTrainedTokenizerFast

from aleator.errors import InputError, ModelError, RecipeError
from aleator.files import Row, read_rows, write_text
from aleator.models.adapters import adapter_disabled
from aleator.models.positions import Asked, model_positions
from aleator.sampling.local import LocalSampler
from aleator.tokens.chat import ChatFormat
from aleator.training.anchor import AnchorText
from aleator.training.anchor_prompts import AnchorSource
from aleator.training.recipe import Anchor
from aleator.training.seeds import Stream, torch_seed

ANCHOR_FILE = "anchor.jsonl"

Formats = Mapping[str | None, ChatFormat]
"""How prompts become tokens, by the system message before them."""


def anchor_formats(source: AnchorSource, tokenizer: PreTrainedTokenizerFast) -> Formats:
    """A chat format for prompts without and with each system message.

    Raises:
        RecipeError: The chat template takes no system message; the message names the place.
    """
    formats: dict[str | None, ChatFormat] = {None: ChatFormat(tokenizer)}
    for item in source.items:
        if item.system in formats:
            continue
        try:
            formats[item.system] = ChatFormat(tokenizer, system=item.system)
        except ModelError as error:
            raise RecipeError(f"{item.place}: {error}") from error
    return formats


def asked_of_anchor(source: AnchorSource, formats: Formats) -> Iterator[Asked]:
    """The prompts that answers are drawn to, for a look at their lengths."""
    for item in source.items:
        if not item.raw:
            yield Asked(item.content, formats[item.system], place=item.place)


def anchor_texts(
    folder: Path,
    source: AnchorSource,
    anchor: Anchor,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    formats: Formats,
    seed: int,
) -> list[AnchorText]:
    """The texts in `folder`, drawn and written where they are not there yet.

    Args:
        folder: The run's.
        source: Prompts and raw texts.
        anchor: How many answers of what length.
        model: With its adapter, which is switched off; left in evaluation mode.
        tokenizer: The model's.
        formats: Of `anchor_formats`.
        seed: The run's.

    Raises:
        InputError: What lies there cannot be read.
        OutputError: The file cannot be written.
        RecipeError: No text has two tokens.
    """
    path = folder / ANCHOR_FILE
    if not path.exists():
        model.eval()
        with adapter_disabled(model):
            rows = [
                *_answer_rows(source, anchor, model, tokenizer, formats, seed),
                *_text_rows(source, anchor, tokenizer, model_positions(model)),
            ]
        if not rows:
            raise RecipeError(
                f"{source.items[0].place}: the anchor holds no text of two tokens or more: give "
                "prompts, or longer texts."
            )
        write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return [_read_text(row, path) for row in read_rows(path)]


def _answer_rows(
    source: AnchorSource,
    anchor: Anchor,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    formats: Formats,
    seed: int,
) -> Iterator[Row]:
    """One row an answer; those of one system message are drawn together."""
    numbered = [(place, item) for place, item in enumerate(source.items) if not item.raw]
    drawn_from = torch_seed(seed, Stream.ANCHOR_ANSWERS)
    for system, chat in formats.items():
        asked = [(place, item) for place, item in numbered if item.system == system]
        sampler = LocalSampler(model, tokenizer, chat, max_new_tokens=anchor.max_tokens)
        prompts = [item.content for _, item in asked]
        streams = [place for place, _ in asked]
        drawn = sampler.draw_paths(prompts, anchor.answers, drawn_from, streams)
        for prompt, paths in zip(prompts, drawn, strict=True):
            before = chat.prompt_ids(prompt)
            for path, cut_off in sorted(paths.elements()):
                answer = path if cut_off else (*path, chat.stop_token_id)
                yield {
                    "prompt": prompt,
                    "system": system,
                    "answer": _decoded(tokenizer, path),
                    "ids": [*before, *answer],
                    "begin": len(before),
                }


def _text_rows(
    source: AnchorSource,
    anchor: Anchor,
    tokenizer: PreTrainedTokenizerFast,
    positions: int | None,
) -> Iterator[Row]:
    """Raw texts as the tokenizer writes them, cut off; all but the first token is supervised."""
    most = anchor.max_tokens if positions is None else min(anchor.max_tokens, positions)
    for item in source.items:
        ids = tokenizer(item.content)["input_ids"][: most + 1] if item.raw else []
        if len(ids) > 1:
            yield {"text": _decoded(tokenizer, tuple(ids)), "ids": ids, "begin": 1}


def _decoded(tokenizer: PreTrainedTokenizerFast, ids: tuple[int, ...]) -> str:
    text = tokenizer.decode(
        list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
    assert isinstance(text, str)
    return text


def _read_text(row: Row, path: Path) -> AnchorText:
    try:
        return _TEXT.validate_python({"ids": row["ids"], "begin": row["begin"]})
    except (KeyError, ValueError) as error:
        raise InputError(
            f"{path} was not written by this version of aleator: remove it, and its answers are "
            "drawn again"
        ) from error


_TEXT = TypeAdapter(AnchorText)
