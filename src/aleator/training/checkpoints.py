"""Checkpoints of a training run: whole or absent, and only the newest kept.

A checkpoint holds the adapter as safetensors, the states of the optimiser and of the learning rate
(tensors that the Trainer writes, and reads back with `weights_only=True`), the Trainer's counts as
JSON, what the run has spent, and the losses that no row of metrics has told yet. No generator
state: see `seeds.py`.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter
from safetensors import SafetensorError

from aleator.files import read_json, whole_folder, write_json
from aleator.models.adapters import CONFIG_FILE, WEIGHTS_FILE
from aleator.models.quantisation import QUANTISATION_FILE

_COUNTERS = "counters.json"
_WINDOW = "loss_window.json"
_CARD = "README.md"
_NAME = re.compile(r"checkpoint-(\d+)")
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_PROBE_BYTES = 1 << 20


@dataclass
class Counters:
    """What a run has spent, over all its sittings.

    Attributes:
        updates: optimiser steps.
        tokens: tokens that the model read, padding aside.
        nodes: prefixes supervised.
        flops: estimated floating-point operations of the passes forwards and backwards, the
            anchor's included, validation aside; `flops.py` has the formula.
        seconds: time in the training loop, with validation and checkpoints; work that a kill
            destroyed is not counted.
        anchor_tokens: those of `tokens` that the anchor takes, each read twice: with the adapter
            and without.
        stopped_early: whether the run ended, at its last update, by its validation's goal.
    """

    updates: int = 0
    tokens: int = 0
    nodes: int = 0
    flops: float = 0.0
    seconds: float = 0.0
    anchor_tokens: int = 0
    stopped_early: bool = False


@dataclass(frozen=True)
class LossWindow:
    """The losses since the last row of metrics.

    Attributes:
        total: their sum.
        updates: how many there are.
        anchor: sum of the anchor's mean KL, which `total` does not hold.
    """

    total: float = 0.0
    updates: int = 0
    anchor: float = 0.0


@dataclass(frozen=True)
class Checkpoint:
    """A finished checkpoint.

    Attributes:
        folder: where it lies.
        step: updates made.
        counters: what had been spent.
        window: what the next row of metrics is to count in.
    """

    folder: Path
    step: int
    counters: Counters
    window: LossWindow = LossWindow()


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest checkpoint in `folder`, or None.

    Raises:
        InputError: Its counters or losses cannot be read.
    """
    if not folder.is_dir():
        return None
    steps = {int(m[1]): path for path in folder.iterdir() if (m := _NAME.fullmatch(path.name))}
    if not steps:
        return None
    step = max(steps)
    counters = TypeAdapter(Counters).validate_python(read_json(steps[step] / _COUNTERS))
    window = TypeAdapter(LossWindow).validate_python(read_json(steps[step] / _WINDOW))
    return Checkpoint(steps[step], step, counters, window)


def write_checkpoint(
    folder: Path,
    step: int,
    counters: Counters,
    write_state: Callable[[Path], None],
    window: LossWindow = LossWindow(),
) -> None:
    """Write a checkpoint with what `write_state` puts into a folder; then drop the older ones.

    Raises:
        OutputError: The disk is full or the place cannot be written; the older one still stands.
    """
    place = folder / f"checkpoint-{step}"
    with whole_folder(place) as beside, disk_errors_named(beside):
        write_state(beside)
        write_json(beside / _COUNTERS, asdict(counters))
        write_json(beside / _WINDOW, asdict(window))
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name) and path != place:
            shutil.rmtree(path)


def copy_adapter(checkpoint: Checkpoint, folder: Path) -> None:
    """Copy the adapter that a checkpoint holds into a folder.

    Raises:
        OSError: It cannot be written.
    """
    for name in (CONFIG_FILE, WEIGHTS_FILE, _CARD):
        shutil.copyfile(checkpoint.folder / name, folder / name)
    if (checkpoint.folder / QUANTISATION_FILE).exists():
        shutil.copyfile(checkpoint.folder / QUANTISATION_FILE, folder / QUANTISATION_FILE)


@contextmanager
def disk_errors_named(folder: Path) -> Iterator[None]:
    """Turn what torch and safetensors raise where `folder` cannot be written into an OSError.

    Anything else that they raise passes through.
    """
    try:
        yield
    except (RuntimeError, SafetensorError) as error:
        if number := _OS_ERROR.search(str(error)):
            raise OSError(int(number[1]), str(error)) from error
        # torch does not say why a file could not be written: a full disk says it again.
        with (folder / ".probe").open("wb") as probe:
            probe.write(bytes(_PROBE_BYTES))
        (folder / ".probe").unlink()
        raise
