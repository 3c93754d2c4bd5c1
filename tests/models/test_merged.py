"""Merged checkpoints, loaded again by transformers alone."""

from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
)
from transformers.generation.utils import GenerateDecoderOnlyOutput

from aleator.errors import ModelError
from aleator.models.merged import save_merged, whole_distribution
from aleator.tokens.chat import ChatFormat
from tests.family_tokenizers import FamilyName, tiny_family_tokenizer
from tests.tiny_families import FAMILIES, KNOWN, save_tiny_family, tiny_family_model

IDS = torch.tensor([[5, 6, 7, 8]])


def saved(family: FamilyName, folder: Path, base: Path) -> PreTrainedModel:
    model, tokenizer = tiny_family_model(family), tiny_family_tokenizer(family)
    stop = ChatFormat(tokenizer).stop_token_id
    folder.mkdir(exist_ok=True)
    save_merged(model, tokenizer, folder, base=str(base), stop_token_id=stop)
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_transformers_loads_it(family: FamilyName, tmp_path: Path) -> None:
    base = save_tiny_family(family, tmp_path / "base")
    model = saved(family, tmp_path / "merged", base)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    assert type(loaded) is type(model)
    with torch.no_grad():
        assert torch.equal(loaded(IDS).logits, model(IDS).logits)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "merged")
    known = tiny_family_tokenizer(family)
    assert tokenizer.chat_template == known.chat_template
    text = "Generate 12345.678 \n\n numbers"
    assert tokenizer(text)["input_ids"] == known(text)["input_ids"]
    names = {path.name for path in (tmp_path / "merged").iterdir()}
    assert names == {
        "chat_template.jinja",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_comes_between_logits_and_draws(family: FamilyName, tmp_path: Path) -> None:
    """Whoever generates by the folder's own settings draws from the model's distribution."""
    saved(family, tmp_path / "merged", tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    out = loaded.generate(  # pyright: ignore[reportAttributeAccessIssue]
        IDS, max_new_tokens=3, return_dict_in_generate=True, output_scores=True, output_logits=True
    )
    assert isinstance(out, GenerateDecoderOnlyOutput)
    assert out.scores is not None and out.logits is not None
    assert all(
        torch.equal(scores, logits.float())
        for scores, logits in zip(out.scores, out.logits, strict=True)
    )
    tokenizer = tiny_family_tokenizer(family)
    ends = [tokenizer.convert_tokens_to_ids(end) for end in KNOWN[family].ends]
    assert loaded.generation_config.do_sample is True
    assert sorted(loaded.generation_config.eos_token_id) == sorted(ends)
    assert loaded.generation_config.eos_token_id[0] == ChatFormat(tokenizer).stop_token_id


@pytest.mark.parametrize(
    ("ends", "expected"), [(None, [3]), (3, [3]), (5, [3, 5]), ([5, 3, 7], [3, 5, 7])]
)
def test_ends(ends: int | list[int] | None, expected: list[int]) -> None:
    before = GenerationConfig(eos_token_id=ends, temperature=0.6, repetition_penalty=1.2)
    settings = whole_distribution(before, 3)
    assert settings.eos_token_id == expected
    assert (settings.temperature, settings.top_k, settings.repetition_penalty) == (1.0, 0, None)
    assert whole_distribution(None, 3).eos_token_id == [3]


def test_files_for_images_come_along(tmp_path: Path) -> None:
    """Of a model with a vision tower only, and only those that its base has."""
    for family in ("gemma3_vision", "gemma3"):
        base = save_tiny_family(family, tmp_path / family)
        (base / "preprocessor_config.json").write_text('{"image_mean": [0.5]}')
        saved(family, tmp_path / f"{family}-merged", base)
    path = tmp_path / "gemma3_vision-merged" / "preprocessor_config.json"
    assert path.read_text() == '{"image_mean": [0.5]}'
    assert not (path.parent / "processor_config.json").exists()
    assert not (tmp_path / "gemma3-merged" / "preprocessor_config.json").exists()


def test_a_hub_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(base: str, name: str, **_: bool) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("aleator.models.merged.cached_file", unreachable)
    with pytest.raises(ModelError, match="cannot fetch preprocessor_config.json of nobody/nothing"):
        saved("gemma3_vision", tmp_path / "merged", Path("nobody/nothing"))
