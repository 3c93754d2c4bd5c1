"""The build, on stages of a few steps: it learns, repeats itself, and picks up where it was."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from aleator.files import JsonValue
from aleator.sandbox import build, stage_training
from aleator.sandbox.stages import STAGES, Stage


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> tuple[Stage, ...]:
    monkeypatch.setattr(build, "TOKENIZER_DOCUMENTS", 300)
    monkeypatch.setattr(build, "TOKENIZER_PROMPTS", 50)
    monkeypatch.setattr(stage_training, "WARMUP_STEPS", 1)
    monkeypatch.setattr(stage_training, "LOG_EVERY", 1)
    counts = {"steps": 2, "raw_prompts": 2, "chat_prompts": 1, "documents": 1}
    return tuple(dataclasses.replace(stage, **counts) for stage in STAGES)


def test_a_build_repeats_itself_with_fewer_workers_and_resumes(
    tmp_path: Path, short: tuple[Stage, ...]
) -> None:
    lines: list[Mapping[str, JsonValue]] = []
    build.build_model(tmp_path / "work", tmp_path / "one", seed=3, stages=short, log=lines.append)
    build.build_model(
        tmp_path / "else", tmp_path / "two", seed=3, stages=short, log=lines.append, workers=1
    )
    first, second = (tmp_path / name / "model.safetensors" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert [line["step"] for line in lines if line["stage"] == "reading"][:2] == [1, 2]

    # With the last stage's checkpoint gone, only that stage is run again.
    (done,) = (tmp_path / "work").glob("talking-*.safetensors")
    done.unlink()
    lines.clear()
    build.build_model(tmp_path / "work", tmp_path / "three", seed=3, stages=short, log=lines.append)
    assert lines
    assert all(line["stage"] == "talking" for line in lines)
    assert (tmp_path / "three" / "model.safetensors").read_bytes() == first.read_bytes()


def test_what_is_saved_loads_plainly(tmp_path: Path, short: tuple[Stage, ...]) -> None:
    build.build_model(tmp_path / "w", tmp_path / "m", seed=1, stages=short[:1], log=lambda _: None)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "m")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "m")
    assert model.config.model_type == "qwen3"
    assert model.generation_config.eos_token_id == tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert 2_000_000 <= sum(p.numel() for p in model.parameters()) <= 6_000_000
