"""Make the sandbox model from nothing: a fixed seed, a schedule by steps, about an hour on 2 cores.

A stage that ended is kept in the work folder and not run again; one that was killed starts over.
Same seed, same machine and same number of threads give the same weights. bfloat16 autocast for
the body, float32 for master weights, logits and losses.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from aleator.files import JsonValue
from aleator.models.output_head import float32_logits_at
from aleator.models.packed_forward import packed_logits
from aleator.sandbox.architecture import new_model
from aleator.sandbox.batches import (
    NumericPrompts,
    TextRows,
    conversation_pieces,
    document_pieces,
)
from aleator.sandbox.corpus import conversation, plain_document
from aleator.sandbox.stages import ROW_LENGTH, STAGES, Stage
from aleator.sandbox.tokenizer import train_tokenizer
from aleator.training.loss import tree_loss_sum

TOKENIZER_DOCUMENTS = 6000
WARMUP_STEPS = 100
CLIP_NORM = 1.0
LOG_EVERY = 20
_LOSSES = ("documents", "conversations", "prompts")

Log = Callable[[Mapping[str, JsonValue]], None]


class Losses(NamedTuple):
    """Losses of one step, in nats: a token of text, a token of answers, a numeric prompt."""

    documents: torch.Tensor
    conversations: torch.Tensor
    prompts: torch.Tensor


def build_model(
    work: Path, out: Path, *, log: Log, seed: int = 11, stages: Sequence[Stage] = STAGES
) -> None:
    """Make tokenizer and model, stage by stage, and save the model folder to `out`.

    Args:
        work: where finished stages are kept.
        out: folder for the model, its tokenizer and configuration.
        log: called every few steps with the stage, the step, running losses and seconds.
        seed: of the texts, the prompts and the first weights.
        stages: what to run.
    """
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    tokenizer = _tokenizer(seed)
    model = new_model(tokenizer)
    history = hashlib.sha256()
    for index, stage in enumerate(stages):
        history.update(json.dumps([seed, asdict(stage)], sort_keys=True).encode())
        checkpoint = work / f"{stage.name}-{history.hexdigest()[:12]}.safetensors"
        if not checkpoint.exists():
            run_stage(model, tokenizer, stage, np.random.default_rng([seed, index]), log)
            partial = checkpoint.with_suffix(".partial")
            save_file(_tensors(model), partial)
            partial.replace(checkpoint)
        model.load_state_dict(load_file(checkpoint), strict=False)
        model.tie_weights()
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def run_stage(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    stage: Stage,
    rng: np.random.Generator,
    log: Log,
) -> None:
    """Train `model` in place through one stage."""
    documents = TextRows(document_pieces(tokenizer, lambda: plain_document(rng)), ROW_LENGTH)
    talk = TextRows(conversation_pieces(tokenizer, lambda: conversation(rng)), ROW_LENGTH)
    numbers = NumericPrompts(tokenizer)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=stage.learning_rate, betas=(0.9, 0.95), weight_decay=0.05
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, stage.steps))
    started, averages = time.perf_counter(), np.zeros(3)
    model.train()
    for step in range(stage.steps):
        losses = _losses(model, stage, documents, talk, numbers, rng)
        total = losses.documents + losses.conversations + stage.prompt_weight * losses.prompts
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        schedule.step()
        now = np.array([float(loss.detach()) for loss in losses])
        averages = now if step == 0 else 0.98 * averages + 0.02 * now
        if (step + 1) % LOG_EVERY == 0:
            log(
                {
                    "stage": stage.name,
                    "step": step + 1,
                    **{
                        name: round(float(value), 4)
                        for name, value in zip(_LOSSES, averages, strict=True)
                    },
                    "seconds": round(time.perf_counter() - started, 1),
                }
            )


def _losses(
    model: Qwen3ForCausalLM,
    stage: Stage,
    documents: TextRows,
    talk: TextRows,
    numbers: NumericPrompts,
    rng: np.random.Generator,
) -> Losses:
    zero = torch.zeros(())
    batches = numbers.batches(stage.raw_prompts, stage.chat_prompts, rng)
    count = stage.raw_prompts + stage.chat_prompts
    with torch.autocast("cpu", dtype=torch.bfloat16):
        text = _text_loss(model, documents, stage.documents) if stage.documents else zero
        chat = _text_loss(model, talk, stage.conversations) if stage.conversations else zero
        prompts = zero
        for batch in batches:
            prompts = prompts + tree_loss_sum(packed_logits(model, batch.packed), batch.targets)
        prompts = prompts / max(count, 1)
    return Losses(text, chat, prompts)


def _text_loss(model: Qwen3ForCausalLM, rows: TextRows, count: int) -> torch.Tensor:
    """Weighted mean cross-entropy over the tokens that are learnt."""
    tokens, weights = rows.take(count)
    row, column = torch.nonzero(weights[:, 1:], as_tuple=True)
    with float32_logits_at(model, row, column):
        logits = model(input_ids=tokens, use_cache=False).logits
    losses = F.cross_entropy(logits, tokens[row, column + 1], reduction="none")
    counted = weights[row, column + 1]
    return (losses * counted).sum() / counted.sum()


def _rate(step: int, steps: int) -> float:
    if step < WARMUP_STEPS:
        return (step + 1) / WARMUP_STEPS
    progress = (step - WARMUP_STEPS) / max(steps - WARMUP_STEPS, 1)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * progress))


def _tokenizer(seed: int) -> PreTrainedTokenizerFast:
    rng = np.random.default_rng([seed, len(STAGES)])
    plain = [plain_document(rng) for _ in range(TOKENIZER_DOCUMENTS)]
    talk = [m["content"] for _ in range(TOKENIZER_DOCUMENTS) for m in conversation(rng).messages()]
    return train_tokenizer(plain + talk)


def _tensors(model: Qwen3ForCausalLM) -> dict[str, torch.Tensor]:
    """The model's weights, the tied head left out."""
    return {n: t.contiguous() for n, t in model.state_dict().items() if n != "lm_head.weight"}
