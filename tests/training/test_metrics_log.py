"""Which rows a run keeps."""

from pathlib import Path

from transformers import TrainerControl, TrainerState, TrainingArguments

from aleator.files import read_rows
from aleator.training.metrics_log import MetricsLog


def _tell(log: MetricsLog, folder: Path, step: int, logs: dict[str, float]) -> None:
    state = TrainerState(global_step=step, is_world_process_zero=True)
    log.on_log(TrainingArguments(output_dir=str(folder)), state, TrainerControl(), logs=logs)


def test_training_and_validation_rows_are_kept_and_summaries_are_not(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    _tell(log, tmp_path, 2, {"validation_kl": 0.5, "tokens": 9, "seconds": 1.0, "epoch": 1.0})
    _tell(log, tmp_path, 2, {"loss": 0.7, "learning_rate": 0.1, "tokens": 9, "seconds": 1.0})
    _tell(log, tmp_path, 2, {"train_runtime": 3.0, "tokens": 9})
    log.finish()
    rows = read_rows(tmp_path / "metrics.jsonl")
    assert rows == log.rows
    assert rows == [
        {"row": "validation-2", "step": 2, "validation_kl": 0.5, "tokens": 9, "seconds": 1.0},
        {
            "row": "training-2",
            "step": 2,
            "loss": 0.7,
            "learning_rate": 0.1,
            "tokens": 9,
            "seconds": 1.0,
        },
    ]


def test_a_resumed_run_keeps_the_rows_it_had(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    first = MetricsLog(path)
    _tell(first, tmp_path, 1, {"loss": 0.7, "seconds": 1.0})
    _tell(first, tmp_path, 2, {"loss": 0.6, "seconds": 2.0})
    with path.with_name("metrics.jsonl.partial").open("a") as file:
        file.write('{"row": "training-3", "lo')  # killed while writing
    second = MetricsLog(path)
    _tell(second, tmp_path, 2, {"loss": 0.6, "seconds": 2.5})
    _tell(second, tmp_path, 3, {"loss": 0.5, "seconds": 3.0})
    second.finish()
    assert [row["seconds"] for row in read_rows(path)] == [1.0, 2.0, 3.0]
