"""Is what is drawn the model's own distribution: no dropout, and nothing that bends the logits?

aleator's sampler takes the softmax of the logits itself. `generate` does not unless it is told:
what the checkpoint's ``generation_config.json`` says (top-k 20, a repetition penalty) stays in
force for everything that is not given as a keyword argument. So `generate` is asked for one token,
and its processed scores must be the raw logits, bit for bit.
"""

from collections.abc import Callable
from typing import cast

import torch
from transformers import GenerationConfig, GenerationMixin
from transformers.generation.utils import GenerateDecoderOnlyOutput

from aleator.doctor.findings import Finding, failed, not_applicable, passed
from aleator.doctor.patient import PROMPT, UNTRUNCATED, Patient


def check_evaluation_mode(patient: Patient) -> Finding:
    """No part of the model is in training mode."""
    training = [
        name or "the model" for name, part in patient.model.named_modules() if part.training
    ]
    if training:
        return failed(
            f"{len(training)} parts are in training mode, the first is {training[0]}",
            "call model.eval(), or dropout changes every answer",
        )
    return passed("all parts are in evaluation mode")


def check_logits_processors(patient: Patient) -> Finding:
    """At temperature 1 `generate` draws from the softmax of the logits and nothing else."""
    model = patient.model
    config = model.generation_config
    if not isinstance(model, GenerationMixin) or config is None:
        return not_applicable("the model cannot generate")
    ids = torch.tensor([patient.prompt_format.prompt_ids(PROMPT)], device=model.device)
    # Its first parameter is a protocol that transformers' own classes do not quite meet.
    generate = cast(
        Callable[..., GenerateDecoderOnlyOutput],
        model.generate,  # pyright: ignore[reportAttributeAccessIssue]
    )
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        drawn = generate(
            ids,
            attention_mask=torch.ones_like(ids),
            pad_token_id=patient.prompt_format.stop_token_id,
            max_new_tokens=1,
            return_dict_in_generate=True,
            output_scores=True,
            output_logits=True,
            **patient.drawing,
        )
    assert drawn.scores is not None and drawn.logits is not None, "they were asked for"
    scores, logits = drawn.scores[0], drawn.logits[0]
    bent = _bent_by(config)
    if not torch.equal(scores, logits):
        cut = int((torch.isinf(scores) & ~torch.isinf(logits)).sum())
        what = f"rules out {cut} of {logits.shape[-1]} tokens" if cut else "changes the logits"
        untold = [name for name in UNTRUNCATED if name not in patient.drawing]
        leaked = {name: bent[name] for name in untold if name in bent}
        source = f"generation_config.json sets {_listed(leaked)}" if leaked else "by default"
        missing = {name: UNTRUNCATED[name] for name in leaked or untold}
        return failed(
            f"at temperature 1 `generate` {what}: {source}",
            f"pass {_listed(missing) or 'what undoes it'} to it as keyword arguments",
        )
    elsewhere = f"; where it is served, override {_listed(bent)} of its generation_config.json"
    return passed("none left at temperature 1" + (elsewhere if bent else ""))


def _bent_by(config: GenerationConfig) -> dict[str, object]:
    """What of a checkpoint's settings changes a draw."""
    settings = config.to_dict()
    return {
        name: settings[name]
        for name, neutral in UNTRUNCATED.items()
        if name not in ("do_sample", "num_beams")
        and settings.get(name) is not None
        and settings[name] != neutral
    }


def _listed(settings: dict[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.items())
