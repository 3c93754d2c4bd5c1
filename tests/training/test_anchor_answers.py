"""Answers drawn for the anchor: from the base, once, kept as tokens."""

from collections import Counter
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from aleator.errors import InputError, RecipeError
from aleator.files import read_rows
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.attention import language_model
from aleator.training.anchor import AnchorText
from aleator.training.anchor_answers import ANCHOR_FILE, anchor_formats, anchor_texts
from aleator.training.anchor_prompts import AnchorItem, AnchorSource
from aleator.training.recipe import Anchor
from tests.number_model import number_model, number_tokenizer
from tests.tiny_models import tiny_tokenizer

ITEMS = (
    AnchorItem("Pick a number."),
    AnchorItem("-1.5 and 12", raw=True),
    AnchorItem("Pick a number."),
    AnchorItem("3", raw=True),
    AnchorItem("Go"),
)
SOURCE = AnchorSource(ITEMS, "digest")
ANCHOR = Anchor(answers=3, max_tokens=4)


def _model(trained: bool = False) -> PeftModel:
    model = attach_adapter(number_model(stop_bias=4.0), LoraSettings(rank=2), seed=1)
    for name, parameter in model.named_parameters():
        if "lora_B" in name and trained:
            torch.nn.init.normal_(parameter)
    return model.train()


def _texts(folder: Path, seed: int = 1, trained: bool = False) -> list[AnchorText]:
    tokenizer = number_tokenizer()
    formats = anchor_formats(SOURCE, tokenizer)
    return anchor_texts(folder, SOURCE, ANCHOR, _model(trained), tokenizer, formats, seed)


def test_texts_are_prompts_with_answers_and_raw_texts(tmp_path: Path) -> None:
    texts = _texts(tmp_path)
    formats = anchor_formats(SOURCE, number_tokenizer())
    stop = formats[None].stop_token_id
    rows = read_rows(tmp_path / ANCHOR_FILE)
    assert len(texts) == len(rows) == 3 * 3 + 1, "a text of one token has nothing to supervise"
    for text, row in zip(texts, rows, strict=True):
        if "text" in row:
            assert (text.begin, row["text"]) == (1, number_tokenizer().decode(list(text.ids)))
            assert len(text.ids) == 5 and "-1.5 and 12".startswith(str(row["text"]))
            continue
        assert text.ids[: text.begin] == formats[None].prompt_ids(str(row["prompt"]))
        answer = text.ids[text.begin :]
        assert stop not in answer[:-1]
        assert answer[-1] == stop or len(answer) == 4
        assert number_tokenizer().decode([t for t in answer if t != stop]) == row["answer"]
    assert Counter(row.get("prompt") for row in rows) == {"Pick a number.": 6, "Go": 3, None: 1}
    drawn = [tuple(str(row["answer"]) for row in rows[at : at + 3]) for at in (0, 3)]
    assert drawn[0] != drawn[1], "one prompt in two places has draws of its own in each"


def test_answers_are_the_base_s_and_the_seed_s(tmp_path: Path) -> None:
    base = _texts(tmp_path / "base")
    assert _texts(tmp_path / "adapted", trained=True) == base
    assert _texts(tmp_path / "other", seed=2) != base


def test_what_lies_there_is_read_and_not_drawn(tmp_path: Path) -> None:
    texts = _texts(tmp_path)
    stamp = (tmp_path / ANCHOR_FILE).stat().st_mtime_ns
    assert _texts(tmp_path, seed=2) == texts
    assert (tmp_path / ANCHOR_FILE).stat().st_mtime_ns == stamp


@pytest.mark.parametrize("line", ['{"ids": [1]}', '{"ids": "x", "begin": 1}'])
def test_a_file_of_something_else(tmp_path: Path, line: str) -> None:
    (tmp_path / ANCHOR_FILE).write_text(line + "\n")
    with pytest.raises(InputError, match="not written by this version of aleator: remove it"):
        _texts(tmp_path)


def test_no_text_is_long_enough(tmp_path: Path) -> None:
    tokenizer = number_tokenizer()
    source = AnchorSource((AnchorItem("3", raw=True, place="f:1"),), "")
    formats = anchor_formats(source, tokenizer)
    with pytest.raises(RecipeError, match="f:1: the anchor holds no text of two tokens"):
        anchor_texts(tmp_path, source, ANCHOR, _model(), tokenizer, formats, 1)
    assert not (tmp_path / ANCHOR_FILE).exists()


def test_system_messages_have_formats_of_their_own() -> None:
    items = (AnchorItem("Go"), AnchorItem("Go", "Be brief.", place="f:2"))
    formats = anchor_formats(AnchorSource(items, ""), tiny_tokenizer("chatml"))
    assert set(formats) == {None, "Be brief."}
    assert len(formats["Be brief."].prompt_ids("Go")) > len(formats[None].prompt_ids("Go"))
    with pytest.raises(RecipeError, match="f:2: .*refuses a system message"):
        anchor_formats(AnchorSource(items, ""), tiny_tokenizer("gemma"))


def test_raw_texts_end_where_the_model_does(tmp_path: Path) -> None:
    """The last token is supervised, and not read."""
    model = _model()
    language_model(model).config.max_position_embeddings = 30
    source = AnchorSource((AnchorItem("1 " * 40, raw=True),), "digest")
    tokenizer = number_tokenizer()
    formats = anchor_formats(source, tokenizer)
    long = Anchor(max_tokens=64)
    (text,) = anchor_texts(tmp_path, source, long, model, tokenizer, formats, seed=1)
    assert len(text.ids) == 31
