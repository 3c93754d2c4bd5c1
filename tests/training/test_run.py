"""Whole runs: what they leave, how they resume, what they refuse."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file

from aleator.errors import (
    ConfigurationChangedError,
    InputError,
    ModelError,
    OutputError,
    RecipeError,
)
from aleator.files import read_rows
from aleator.training.run import TrainRequest, train
from aleator.training.run_record import read_record
from aleator.training.validation import VALIDATION_FIGURES
from tests.training.runs import WEIGHTS, Kill, KillAtTheEnd, adapter_bytes

_IMPORTS = "from pathlib import *; from aleator.training.run import *"


@pytest.fixture(scope="module")
def bits() -> dict[str, bytes]:
    """The uninterrupted run's adapter, once it is made."""
    return {}


def _uninterrupted(request_: TrainRequest, bits: dict[str, bytes]) -> bytes:
    if not bits:
        result = train(replace(request_, out=request_.out.with_name("uninterrupted")))
        bits["adapter"] = adapter_bytes(result)
    return bits["adapter"]


def test_a_run_leaves_what_it_promises(request_: TrainRequest) -> None:
    request_ = replace(
        request_,
        command="aleator train …",
        overrides={"validation": "{every: 4, prompts: 2, nodes: 8}", "log_every": "2"},
    )
    result = train(request_)
    assert sorted(path.name for path in request_.out.iterdir()) == [
        "adapter",
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


@pytest.mark.parametrize(("log_every", "steps"), [(4, [4, 6]), (50, [6])])
def test_the_last_update_is_logged_however_rarely_others_are(
    request_: TrainRequest, log_every: int, steps: list[int]
) -> None:
    result = train(replace(request_, overrides={"log_every": str(log_every)}))
    assert [row["step"] for row in result.metrics] == steps
    assert all("loss" in row for row in result.metrics)


def test_a_finished_run_is_left_alone(request_: TrainRequest) -> None:
    first = train(request_)
    stamps = {path: path.stat().st_mtime_ns for path in request_.out.rglob("*")}
    (request_.out / "checkpoints" / "checkpoint-6").mkdir(parents=True)  # killed before the end
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
        train(request_, callbacks=[Kill(after)])
    assert not (request_.out / "adapter").exists()
    result = train(request_)
    assert adapter_bytes(result) == _uninterrupted(request_, bits)
    assert result.spent.updates == 6
    assert [row["step"] for row in result.metrics] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("log_every", "after"), [(3, 2), (5, 3), (6, 5)])
def test_a_run_broken_off_logs_the_same_losses(
    request_: TrainRequest, log_every: int, after: int
) -> None:
    """A checkpoint every two updates, so that rows count losses from before it and after it."""
    overrides = {"log_every": str(log_every), "checkpoint_every": "2"}
    request_ = replace(request_, overrides=overrides)
    whole = train(replace(request_, out=request_.out.with_name("uninterrupted")))
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(after)])
    resumed = train(request_)
    assert [{**row, "seconds": 0} for row in resumed.metrics] == [
        {**row, "seconds": 0} for row in whole.metrics
    ]
    every = train(
        replace(
            request_,
            out=request_.out.with_name("every-update"),
            overrides={**overrides, "log_every": "1"},
        )
    )
    losses = [row["loss"] for row in every.metrics if isinstance(row["loss"], float)]
    first = whole.metrics[0]["loss"]
    assert first == pytest.approx(sum(losses[:log_every]) / log_every, rel=1e-5)


@pytest.mark.parametrize("steps", [4, 6])
def test_a_run_broken_off_at_its_end_makes_no_further_update(
    request_: TrainRequest, steps: int
) -> None:
    """Within an epoch (4) and at its end (6)."""
    request_ = replace(request_, overrides={"epochs": "null", "max_steps": str(steps)})
    expected = adapter_bytes(train(replace(request_, out=request_.out.with_name("uninterrupted"))))
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[KillAtTheEnd()])
    result = train(request_)
    assert adapter_bytes(result) == expected
    assert result.spent.updates == steps
    assert not (request_.out / "checkpoints").exists()


def test_a_token_budget_goes_on_bit_for_bit(request_: TrainRequest) -> None:
    """As the same number of updates would: the learning rate falls to zero at the last of them."""
    steps = {"max_steps": "4", "checkpoint_every": "2"}
    expected = train(
        replace(request_, out=request_.out.with_name("uninterrupted"), overrides=steps)
    )
    budget = expected.spent.tokens + 1
    request_ = replace(request_, overrides={"max_tokens": str(budget), "checkpoint_every": "2"})
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(3)])
    result = train(request_)
    assert adapter_bytes(result) == adapter_bytes(expected)
    assert (result.spent.tokens, result.max_tokens) == (budget - 1, budget)
    assert result.spent.flops == expected.spent.flops > 0
    with pytest.raises(RecipeError, match="max_tokens 3 is less than"):
        train(replace(request_, out=request_.out.with_name("none"), overrides={"max_tokens": "3"}))
    assert not request_.out.with_name("none").exists()


def test_a_killed_process_goes_on_bit_for_bit(
    request_: TrainRequest, bits: dict[str, bytes]
) -> None:
    """SIGKILL from outside, at no chosen moment."""
    command = [sys.executable, "-c", f"{_IMPORTS}; train({request_!r})"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(request_.out.glob("checkpoints/checkpoint-*")):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    assert not (request_.out / "adapter").exists()
    assert adapter_bytes(train(request_)) == _uninterrupted(request_, bits)


WORDS = """\
sets:
  - name: direction
    prompts: [Pick a direction., Choose a direction.]
    outcomes: {north: 1, south: 2, nowhere: 0}
  - name: answer
    system: You are a coin.
    prompts: [Flip., Toss.]
    outcomes: [yes, no, 1.50]
  - name: suit
    split: held_out
    prompts: [Draw a card.]
    outcomes: [hearts, spades]
"""


def _with_words(
    request_: TrainRequest, text: str = WORDS, mix: Mapping[str, float] | None = None
) -> TrainRequest:
    path = request_.out.with_name("mine.yaml")
    path.write_text(text)
    limits = {"epochs": "null", "max_steps": "6", "validation": "{every: 3, prompts: 2, nodes: 8}"}
    return replace(request_, targets=(str(path),), mix=mix or {}, overrides=limits)


@pytest.mark.parametrize("mix", [{}, {"numeric": 0.5, "mine": 0.5}])
def test_a_run_on_words_goes_on_bit_for_bit(request_: TrainRequest, mix: dict[str, float]) -> None:
    """Alone and in turn with numbers; killed within an epoch of the words."""
    request_ = _with_words(request_, mix=mix)
    whole = train(replace(request_, out=request_.out.with_name("uninterrupted")))
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(3)])
    result = train(request_)
    assert adapter_bytes(result) == adapter_bytes(whole)
    figures = [set(row) & set(VALIDATION_FIGURES) for row in result.metrics if "loss" not in row]
    assert figures == [set(VALIDATION_FIGURES)] * 3
    assert not train(request_).trained


def test_a_changed_target_file_is_refused(request_: TrainRequest) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(_with_words(request_), callbacks=[Kill(2)])
    changed = _with_words(request_, WORDS.replace("south: 2", "south: 3"))
    with pytest.raises(ConfigurationChangedError, match=r"targets.mine was '[0-9a-f]{64}', is '"):
        train(changed)
    with pytest.raises(ConfigurationChangedError, match=r"mix.mine was None, is 1.0"):
        train(_with_words(request_, mix={"mine": 1.0}))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ('"<|im_end|>"', r"mine.yaml:4: the outcome '<\|im_end\|>' holds a special token"),
        ("north", r"mine.yaml:4: 'north' comes twice, here and in line 4: list it once"),
    ],
)
def test_a_wrong_target_file_leaves_nothing_behind(
    request_: TrainRequest, outcome: str, words: str
) -> None:
    with pytest.raises(RecipeError, match=words):
        train(_with_words(request_, WORDS.replace("nowhere", outcome)))
    assert not request_.out.exists()


def test_targets_of_a_request_stand_for_those_of_the_recipe(tmp_path: Path) -> None:
    request_ = TrainRequest("sandbox", "soft", tmp_path, recipe="language/soft")
    own = request_.resolved_recipe()
    assert own.targets == ("language/closed_sets",) and "closed_sets" in own.mix
    words = replace(request_, targets=("mine.yaml",)).resolved_recipe()
    assert (words.targets, dict(words.mix)) == (("mine.yaml",), {})
    other = replace(request_, mix={"closed_sets": 1.0}).resolved_recipe()
    assert (other.targets, dict(other.mix)) == (own.targets, {"closed_sets": 1.0})


def test_another_seed_is_another_adapter(request_: TrainRequest, bits: dict[str, bytes]) -> None:
    result = train(replace(request_, overrides={"seed": "12"}))
    assert adapter_bytes(result) != _uninterrupted(request_, bits)


def test_a_changed_configuration_is_refused(request_: TrainRequest) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(request_, callbacks=[Kill(2)])
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


@pytest.mark.parametrize("place", ["/proc/aleator-run", "/dev/null/run"])
def test_a_place_that_cannot_be_written(request_: TrainRequest, place: str) -> None:
    """Not even by root."""
    with pytest.raises(OutputError, match=f"cannot write {place}/run.yaml: .*choose"):
        train(replace(request_, out=Path(place)))


def test_a_disk_that_fills_up(request_: TrainRequest, bits: dict[str, bytes]) -> None:
    """No file may grow beyond 4 KiB, less than an adapter; then there is room again."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OutputError, match="cannot write .*checkpoint-1"):
            train(request_)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    left = [path.name for path in (request_.out / "checkpoints").iterdir()]
    assert left == [] and not (request_.out / "adapter").exists()
    assert adapter_bytes(train(request_)) == _uninterrupted(request_, bits)


@pytest.mark.parametrize(
    ("override", "error", "words"),
    [
        (("lora.target_modules", "[c_attn]"), ModelError, "no layer 'c_attn' to adapt"),
        (("data.families", "[gaussian]"), RecipeError, "gaussian not in the split"),
    ],
)
def test_wrong_input_leaves_nothing_behind(
    request_: TrainRequest, override: tuple[str, str], error: type[InputError], words: str
) -> None:
    with pytest.raises(error, match=words):
        train(replace(request_, overrides=dict([override])))
    assert not request_.out.exists()


def test_nothing_goes_to_stdout(request_: TrainRequest, capfd: pytest.CaptureFixture[str]) -> None:
    train(request_)
    written = capfd.readouterr()
    assert written.out == ""
    assert "6/6" in written.err


def test_only_some_layers(request_: TrainRequest) -> None:
    result = train(replace(request_, overrides={"lora.layers": "[0, -1]", "epochs": "1"}))
    names = load_file(result.adapter / WEIGHTS)
    assert {name.partition("layers.")[2].partition(".")[0] for name in names} == {"0", "3"}
