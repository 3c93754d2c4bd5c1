"""Make the sandbox model from nothing: a fixed seed, a schedule by steps, about an hour on 2 cores.

A stage that ended is kept in the work folder and not run again; one that was killed starts over.
Same seed and same machine give the same weights, whatever the number of workers.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from aleator.sandbox.architecture import new_model
from aleator.sandbox.corpus import conversation, plain_document
from aleator.sandbox.numeric_text import example_prompts
from aleator.sandbox.stage_training import Log, run_stage
from aleator.sandbox.stages import STAGES, Stage
from aleator.sandbox.tokenizer import train_tokenizer

TOKENIZER_DOCUMENTS = 6000
TOKENIZER_PROMPTS = 600


def build_model(
    work: Path,
    out: Path,
    *,
    log: Log,
    seed: int = 11,
    stages: Sequence[Stage] = STAGES,
    workers: int = 2,
) -> None:
    """Make tokenizer and model, stage by stage, and save the model folder to `out`.

    Args:
        work: where finished stages are kept.
        out: folder for the model, its tokenizer and configuration.
        log: called every few steps with the stage, the step, running losses and seconds.
        seed: of the texts, the prompts and the first weights.
        stages: what to run.
        workers: threads that compute losses side by side.
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
            rng = np.random.default_rng([seed, index])
            run_stage(model, tokenizer, stage, rng, log, workers=workers)
            partial = checkpoint.with_suffix(".partial")
            save_file(_tensors(model), partial)
            partial.replace(checkpoint)
        model.load_state_dict(load_file(checkpoint), strict=False)
        model.tie_weights()
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def _tokenizer(seed: int) -> PreTrainedTokenizerFast:
    rng = np.random.default_rng([seed, len(STAGES)])
    plain = [plain_document(rng) for _ in range(TOKENIZER_DOCUMENTS)]
    talk = [m["content"] for _ in range(TOKENIZER_DOCUMENTS) for m in conversation(rng).messages()]
    # So that " distribution" is one token, as it is in big models: prompts are a third shorter.
    numbers = [one for _ in range(TOKENIZER_PROMPTS) for one in example_prompts(rng)]
    return train_tokenizer(plain + talk + numbers)


def _tensors(model: Qwen3ForCausalLM) -> dict[str, torch.Tensor]:
    """The model's weights, the tied head left out."""
    return {n: t.contiguous() for n, t in model.state_dict().items() if n != "lm_head.weight"}
