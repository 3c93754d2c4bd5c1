"""`metrics.jsonl`: what a training run logs, one row each, kept as it comes.

Rows of training: step, loss (mean over the updates since the row before; of the calibration alone),
anchor_kl (the same mean of the anchor's KL before its weight, where there is one), learning_rate,
grad_norm; rows of validation: step, validation_kl (numeric prompts) and, with target files,
validation_kl_language and validation_kl_held_out; both with the tokens and seconds spent so far.
The file is called `metrics.jsonl.partial` until the run is finished. A resumed run repeats the
updates since its checkpoint with the same losses, so rows already there stand.
"""

from collections.abc import Iterable
from pathlib import Path

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aleator.files import Row, RowLog
from aleator.training.validation import VALIDATION_FIGURES, VALIDATION_KL

KEY = "row"
_FIELDS = (
    "loss",
    "anchor_kl",
    *VALIDATION_FIGURES,
    "learning_rate",
    "grad_norm",
    "tokens",
    "seconds",
)


class MetricsLog(TrainerCallback):
    """Keeps the rows of one run.

    Args:
        path: Where the finished file shall lie.

    Raises:
        OutputError: The place cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._log = RowLog(path, KEY)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        logs: dict[str, float],
        **kwargs: object,
    ) -> None:
        """Keep one row; the Trainer's own summary at the end is none."""
        kind = "training" if "loss" in logs else "validation"
        key = f"{kind}-{state.global_step}"
        if not state.is_world_process_zero or key in self._log.done:
            return
        if kind == "training" or VALIDATION_KL in logs:
            row: Row = {KEY: key, "step": state.global_step}
            self._log.append(row | {name: logs[name] for name in _FIELDS if name in logs})

    @property
    def rows(self) -> list[Row]:
        """All rows so far."""
        return list(self._log.done.values())

    def finish(self) -> None:
        """Give the file its final name.

        Raises:
            OutputError: It cannot be renamed.
        """
        self._log.finish()


def validation_figures(rows: Iterable[Row], name: str = VALIDATION_KL) -> list[float]:
    """A figure of every measurement, first to last; `VALIDATION_FIGURES` has the names."""
    figures = (row.get(name) for row in rows)
    return [figure for figure in figures if isinstance(figure, float)]
