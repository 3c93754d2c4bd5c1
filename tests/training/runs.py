"""Whole runs for tests: broken off on purpose, anchored, and their adapters as bytes."""

from dataclasses import replace

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aleator.training.run import TrainRequest, TrainResult

WEIGHTS = "adapter_model.safetensors"


class Kill(TrainerCallback):
    """Breaks off after an update, before its checkpoint, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self._after = after

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,
    ) -> None:
        if state.global_step == self._after:
            raise KeyboardInterrupt


class KillAtTheEnd(TrainerCallback):
    """Breaks off behind the last checkpoint, before the adapter is saved."""

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,
    ) -> None:
        raise KeyboardInterrupt


def adapter_bytes(result: TrainResult) -> bytes:
    """The adapter's weights as they lie in their file."""
    return (result.adapter / WEIGHTS).read_bytes()


def anchored(request_: TrainRequest, weight: float = 2.0, **overrides: str) -> TrainRequest:
    """The same run, anchored on three short texts."""
    path = request_.out.with_name("keep.jsonl")
    lines = ['{"prompt": "Hello?"}', '{"prompt": "1?", "system": "Be brief."}', '{"text": "7 8"}']
    path.write_text("\n".join(lines))
    limits = {"anchor.max_tokens": "6", "anchor.tokens": "30", "anchor.answers": "2", **overrides}
    return replace(request_, anchor=weight, anchor_prompts=str(path), overrides=limits)
