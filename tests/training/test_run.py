"""Whole runs: what they leave, how they resume, what they refuse."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aleator.errors import ConfigurationChangedError, OutputError, RecipeError
from aleator.files import read_rows
from aleator.training.run import TrainRequest, TrainResult, train
from aleator.training.run_record import read_record

WEIGHTS = "adapter_model.safetensors"


class _Kill(TrainerCallback):
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


class _KillAtTheEnd(TrainerCallback):
    """Breaks off behind the last checkpoint, before the adapter is saved."""

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: object,
    ) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def request_(tiny_directory: Path, recipe_file: Path, tmp_path: Path) -> TrainRequest:
    return TrainRequest(str(tiny_directory), "soft", tmp_path / "run", str(recipe_file))


@pytest.fixture(scope="module")
def bits() -> dict[str, bytes]:
    """The uninterrupted run's adapter, once it is made."""
    return {}


def _uninterrupted(request_: TrainRequest, bits: dict[str, bytes]) -> bytes:
    if not bits:
        result = train(replace(request_, out=request_.out.with_name("uninterrupted")))
        bits["adapter"] = _weights(result)
    return bits["adapter"]


def _weights(result: TrainResult) -> bytes:
    return (result.adapter / WEIGHTS).read_bytes()


def test_a_run_leaves_what_it_promises(request_: TrainRequest) -> None:
    request_ = replace(
        request_,
        command="aleator train …",
        overrides={"validation": "{every: 4, prompts: 2, nodes: 8}", "log_every": "2"},
    )
    result = train(request_)
    assert sorted(path.name for path in request_.out.iterdir()) == [
        "adapter",
        "checkpoints",
        "metrics.jsonl",
        "run.yaml",
    ]
    record = read_record(request_.out)
    assert record is not None and record.finished
    assert record.spent == result.spent
    assert (record.command, record.recipe.log_every) == ("aleator train …", 2)
    assert result.spent.updates == 6 and result.spent.seconds > 0 and result.spent.tokens > 0
    rows = read_rows(request_.out / "metrics.jsonl")
    assert rows == result.metrics
    assert [(row["step"], "loss" in row) for row in rows] == [
        (0, False),
        (2, True),
        (4, False),
        (4, True),
        (6, False),
        (6, True),
    ]
    assert [path.name for path in (request_.out / "checkpoints").iterdir()] == ["checkpoint-6"]


def test_a_finished_run_is_left_alone(request_: TrainRequest) -> None:
    first = train(request_)
    stamps = {path: path.stat().st_mtime_ns for path in request_.out.rglob("*")}
    again = train(request_)
    assert first.trained and not again.trained
    assert (again.spent, again.metrics) == (first.spent, first.metrics)
    assert {path: path.stat().st_mtime_ns for path in request_.out.rglob("*")} == stamps


@pytest.mark.parametrize("after", [1, 2, 4, 5])
def test_a_run_broken_off_goes_on_bit_for_bit(
    request_: TrainRequest, bits: dict[str, bytes], after: int
) -> None:
    """Three updates an epoch: after 4 the last checkpoint is an epoch's end; after 1 there is none.

    Order, drawn paths, dropout, the optimiser's moments and the learning rate must all go on.
    """
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[_Kill(after)])
    assert not (request_.out / "adapter").exists()
    result = train(request_)
    assert _weights(result) == _uninterrupted(request_, bits)
    assert result.spent.updates == 6
    assert [row["step"] for row in result.metrics] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("steps", [4, 6])
def test_a_run_broken_off_at_its_end_makes_no_further_update(
    request_: TrainRequest, steps: int
) -> None:
    """Within an epoch (4) and at its end (6)."""
    request_ = replace(request_, overrides={"epochs": "null", "max_steps": str(steps)})
    expected = _weights(train(replace(request_, out=request_.out.with_name("uninterrupted"))))
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[_KillAtTheEnd()])
    result = train(request_)
    assert _weights(result) == expected
    assert result.spent.updates == steps


def test_a_killed_process_goes_on_bit_for_bit(
    request_: TrainRequest, bits: dict[str, bytes]
) -> None:
    """SIGKILL from outside, at no chosen moment."""
    script = (
        "import sys, pathlib; from aleator.training.run import *\n"
        "model, out, recipe = sys.argv[1:]\n"
        "train(TrainRequest(model, 'soft', pathlib.Path(out), recipe))"
    )
    assert request_.recipe is not None
    command = [sys.executable, "-c", script, request_.model, str(request_.out), request_.recipe]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(request_.out.glob("checkpoints/checkpoint-*")):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    assert not (request_.out / "adapter").exists()
    assert _weights(train(request_)) == _uninterrupted(request_, bits)


def test_another_seed_is_another_adapter(request_: TrainRequest, bits: dict[str, bytes]) -> None:
    result = train(replace(request_, overrides={"seed": "12"}))
    assert _weights(result) != _uninterrupted(request_, bits)


def test_a_changed_configuration_is_refused(request_: TrainRequest) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[_Kill(2)])
    changed = replace(request_, overrides={"optimiser.learning_rate": "0.02"})
    with pytest.raises(
        ConfigurationChangedError, match=r"optimiser.learning_rate was 0.01, is 0.02"
    ):
        train(changed)


def test_a_recipe_of_the_other_method_is_refused(request_: TrainRequest) -> None:
    with pytest.raises(RecipeError, match="is for method 'soft', not 'hard'"):
        train(replace(request_, method="hard"))
    assert not request_.out.exists()


def test_the_default_recipe_is_the_models_own(tmp_path: Path) -> None:
    sandbox = TrainRequest("sandbox", "hard", tmp_path).resolved_recipe()
    other = TrainRequest("Qwen/Qwen3-4B", "hard", tmp_path).resolved_recipe()
    assert (sandbox.data.decimals, other.data.decimals) == (2, 5)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(request_: TrainRequest) -> None:
    request_.out.mkdir(mode=0o500)
    with pytest.raises(OutputError, match="choose a folder you may write to"):
        train(request_)


def test_a_file_in_the_place_of_the_folder(request_: TrainRequest) -> None:
    request_.out.write_text("a file")
    with pytest.raises(OutputError, match="cannot write"):
        train(replace(request_, out=request_.out / "run"))


def test_nothing_goes_to_stdout(request_: TrainRequest, capfd: pytest.CaptureFixture[str]) -> None:
    train(request_)
    written = capfd.readouterr()
    assert written.out == ""
    assert "6/6" in written.err
