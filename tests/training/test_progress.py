"""The progress bar writes to stderr, and only there."""

from pathlib import Path

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from aleator.training.progress import ProgressBar


def test_the_bar_shows_the_last_figures_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, control = TrainingArguments(output_dir=str(tmp_path)), TrainerControl()
    state = TrainerState(max_steps=20, global_step=5, is_world_process_zero=True)
    bar = ProgressBar()
    bar.on_train_begin(arguments, state, control)
    for state.global_step in (6, 7):
        bar.on_step_end(arguments, state, control)
    bar.on_log(arguments, state, control, logs={"loss": 0.25})
    bar.on_log(arguments, state, control, logs={"validation_kl": 0.125})
    bar.stop()
    written = capsys.readouterr()
    assert written.out == ""
    assert "7/20" in written.err
    assert "loss 0.250  validation KL 0.125" in " ".join(written.err.split("\n"))
