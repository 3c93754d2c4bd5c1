"""One stage: its learning rate, and that its losses add up to what its text says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import PreTrainedTokenizerFast

from aleator.models.packed_forward import packed_logits
from aleator.sandbox import stage_training
from aleator.sandbox.architecture import new_model
from aleator.sandbox.batches import NumericPrompts
from aleator.sandbox.corpus import plain_document
from aleator.sandbox.stage_training import WARMUP_STEPS, StepSource, rate, run_stage
from aleator.sandbox.stages import STAGES
from aleator.sandbox.tokenizer import train_tokenizer
from aleator.training.loss import tree_loss_sum

STAGE = replace(STAGES[1], documents=1, conversations=1, raw_prompts=2, chat_prompts=1)


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    rng = np.random.default_rng(0)
    return train_tokenizer(plain_document(rng) for _ in range(200))


def test_the_rate_warms_up_and_falls_in_a_straight_line() -> None:
    steps = WARMUP_STEPS + 100
    found = [rate(step, steps=steps, end=0.2) for step in range(steps + 1)]
    assert found[0] == 1 / WARMUP_STEPS
    assert max(found) == found[WARMUP_STEPS] == 1.0
    assert found[WARMUP_STEPS + 50] == pytest.approx(0.6)
    assert found[-1] == pytest.approx(0.2)


def test_prompts_count_their_weight_in_the_mean(tokenizer: PreTrainedTokenizerFast) -> None:
    """The same prompts, drawn again from the same seed."""
    torch.manual_seed(0)
    model = new_model(tokenizer).eval()
    jobs = StepSource(tokenizer, STAGE, np.random.default_rng(5)).next_step()
    assert sorted(job.name for job in jobs) == ["conversations", "documents", "prompts", "prompts"]
    with torch.no_grad():
        found = sum(float(j.weight * j.loss(model)) for j in jobs if j.name == "prompts")
        batches = NumericPrompts(tokenizer).batches(2, 1, np.random.default_rng(5))
        sums = [tree_loss_sum(packed_logits(model, one.packed), one.targets) for one in batches]
    assert found == pytest.approx(STAGE.prompt_weight * float(sum(sums)) / 3, rel=0.02)  # bfloat16


def test_training_lowers_the_losses(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dozen steps at the full rate, where a stage has thousands."""
    monkeypatch.setattr(stage_training, "WARMUP_STEPS", 2)
    monkeypatch.setattr(stage_training, "LOG_EVERY", 6)
    torch.manual_seed(0)
    lines: list[dict[str, object]] = []
    run_stage(
        new_model(tokenizer),
        tokenizer,
        replace(STAGE, steps=12),
        np.random.default_rng(1),
        lambda line: lines.append(dict(line)),
        workers=2,
    )
    first, last = lines
    assert (first["step"], last["step"]) == (6, 12)
    for name in ("documents", "conversations", "prompts"):
        before, after = first[name], last[name]
        assert isinstance(before, float) and isinstance(after, float)
        assert after < before
