"""One stage of the sandbox model's training.

Muon for the matrices of the body, AdamW for the embedding and the norms: at equal steps the loss
of text was half of AdamW's alone (300 steps). bfloat16
autocast for the body, float32 for master weights, logits and losses.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from aleator.files import JsonValue
from aleator.models.output_head import float32_logits_at
from aleator.models.packed_forward import packed_logits
from aleator.sandbox.batches import (
    NumericPrompts,
    TextRows,
    TreeBatch,
    conversation_pieces,
    document_pieces,
)
from aleator.sandbox.corpus import TRUTHFUL_KINDS, conversation, plain_document
from aleator.sandbox.gradients import Loss, ParallelGradients
from aleator.sandbox.stages import ROW_LENGTH, Stage
from aleator.training.loss import tree_loss_sum

WARMUP_STEPS = 100
CLIP_NORM = 1.0
LOG_EVERY = 20
EMBEDDING_RATE = 1.0
WEIGHT_DECAY = 0.05
LOSS_NAMES: tuple[str, ...] = ("documents", "conversations", "prompts")

Log = Callable[[Mapping[str, JsonValue]], None]


class Job(NamedTuple):
    """One loss of a step: what it belongs to, what it counts, how it is computed."""

    name: str
    weight: float
    loss: Loss


def run_stage(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    stage: Stage,
    rng: np.random.Generator,
    log: Log,
    *,
    workers: int,
) -> None:
    """Train `model` in place through one stage; the weights do not depend on `workers`."""
    source = StepSource(tokenizer, stage, rng)
    optimizers = _optimizers(model, stage)
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(one, partial(rate, steps=stage.steps, end=stage.end))
        for one in optimizers
    ]
    started, averages = time.perf_counter(), np.zeros(len(LOSS_NAMES))
    model.train()
    with ParallelGradients(model, workers) as gradients:
        jobs = source.next_step()
        for step in range(stage.steps):
            pending = gradients.start([_weighted(job) for job in jobs])
            following = source.next_step()  # while the threads compute
            losses = _losses(stage, jobs, pending.wait())
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
            for optimizer, schedule in zip(optimizers, schedules, strict=True):
                optimizer.step()
                schedule.step()
            jobs = following
            averages = losses if step == 0 else 0.98 * averages + 0.02 * losses
            if (step + 1) % LOG_EVERY == 0:
                seconds = round(time.perf_counter() - started, 1)
                figures = np.round(averages, 4).tolist()
                line = dict(zip(LOSS_NAMES, figures, strict=True))
                log({"stage": stage.name, "step": step + 1, **line, "seconds": seconds})


class StepSource:
    """The losses of one step after another, longest first."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, stage: Stage, rng: np.random.Generator
    ) -> None:
        """All texts and prompts are drawn from `rng`, in a fixed order."""
        kinds = None if stage.collapsed else TRUTHFUL_KINDS
        self._stage, self._rng = stage, rng
        self._numbers = NumericPrompts(tokenizer)
        self._rows = {
            "documents": TextRows(
                document_pieces(tokenizer, lambda: plain_document(rng)), ROW_LENGTH
            ),
            "conversations": TextRows(
                conversation_pieces(tokenizer, lambda: conversation(rng, kinds)), ROW_LENGTH
            ),
        }

    def next_step(self) -> list[Job]:
        """Losses that add up to: a token of documents + a token of answers + weight x a prompt."""
        stage = self._stage
        batches = self._numbers.batches(stage.raw_prompts, stage.chat_prompts, self._rng)
        share = stage.prompt_weight / max(stage.raw_prompts + stage.chat_prompts, 1)
        jobs = [Job("prompts", share, partial(_tree_loss, batch=one)) for one in reversed(batches)]
        for name, count in (("documents", stage.documents), ("conversations", stage.conversations)):
            if count:
                tokens, weights = self._rows[name].take(count)
                jobs.append(Job(name, 1.0, partial(_text_loss, tokens=tokens, weights=weights)))
        return jobs


def rate(step: int, *, steps: int, end: float) -> float:
    """Share of the learning rate: linear warm-up, then a straight line from 1 to `end`."""
    if step < WARMUP_STEPS:
        return (step + 1) / WARMUP_STEPS
    return 1.0 + (end - 1.0) * (step - WARMUP_STEPS) / max(steps - WARMUP_STEPS, 1)


def _optimizers(model: Qwen3ForCausalLM, stage: Stage) -> list[torch.optim.Optimizer]:
    body = {id(p): p for p in model.model.layers.parameters() if p.ndim == 2}
    rest = [p for p in model.parameters() if id(p) not in body]
    return [
        torch.optim.Muon(
            body.values(),
            lr=stage.learning_rate,
            weight_decay=WEIGHT_DECAY,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            rest, lr=EMBEDDING_RATE * stage.learning_rate, betas=(0.9, 0.95), weight_decay=0.0
        ),
    ]


def _weighted(job: Job) -> Loss:
    return lambda model: job.weight * job.loss(model)


def _losses(stage: Stage, jobs: list[Job], values: list[float]) -> Float[np.ndarray, " 3"]:
    """Losses of one step by name, in nats: a token of documents, of answers, a numeric prompt."""
    totals = dict.fromkeys(LOSS_NAMES, 0.0)
    for job, value in zip(jobs, values, strict=True):
        totals[job.name] += value / stage.prompt_weight if job.name == "prompts" else value
    return np.array([totals[name] for name in LOSS_NAMES])


def _tree_loss(model: Qwen3ForCausalLM, batch: TreeBatch) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return tree_loss_sum(packed_logits(model, batch.packed), batch.targets)


def _text_loss(
    model: Qwen3ForCausalLM, tokens: Int[Tensor, "B T"], weights: Float[Tensor, "B T"]
) -> Tensor:
    """Weighted mean cross-entropy over the tokens that are learnt."""
    row, column = torch.nonzero(weights[:, 1:], as_tuple=True)
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        float32_logits_at(model, row, column),
    ):
        logits = model(input_ids=tokens, use_cache=False).logits
    losses = F.cross_entropy(logits, tokens[row, column + 1], reduction="none")
    counted = weights[row, column + 1]
    return (losses * counted).sum() / counted.sum()
