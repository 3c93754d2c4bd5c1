"""A progress bar on stderr, so that stdout stays the user's."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aleator.training.validation import VALIDATION_FIGURES


class ProgressBar(TrainerCallback):
    """Shows updates, the last loss, the last validation and the time left.

    Where stderr is no terminal, nothing is drawn until the end.
    """

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("training", figures="")
        self._figures: dict[str, str] = {}

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,
    ) -> None:
        """Start the bar where the run stands."""
        if state.is_world_process_zero:
            self._bar.update(self._task, total=state.max_steps, completed=state.global_step)
            self._bar.start()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,
    ) -> None:
        """Go on by one."""
        self._bar.update(self._task, completed=state.global_step)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        *,
        logs: dict[str, float],
        **kwargs: object,
    ) -> None:
        """Show the newest figures."""
        names = {"loss": "loss", "anchor_kl": "anchor KL", **VALIDATION_FIGURES}
        for name, shown in names.items():
            if name in logs:
                self._figures[name] = f"{shown} {logs[name]:.3f}"
        self._bar.update(self._task, figures="  ".join(self._figures.values()))

    def stop(self) -> None:
        """Take the bar down; also after an error, or the terminal's cursor stays hidden."""
        self._bar.stop()
