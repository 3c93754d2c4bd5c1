"""Checkpoints are whole or absent."""

import errno
import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from aleator.errors import OutputError
from aleator.training.checkpoints import (
    Counters,
    LossWindow,
    disk_errors_named,
    latest_checkpoint,
    write_checkpoint,
)


def _write(folder: Path) -> None:
    (folder / "state").write_text("state")


def test_no_checkpoint_yet(tmp_path: Path) -> None:
    assert latest_checkpoint(tmp_path / "missing") is None
    assert latest_checkpoint(tmp_path) is None


def test_only_the_newest_is_kept_with_its_counters(tmp_path: Path) -> None:
    for step in (9, 10):
        counters = Counters(updates=step, tokens=3, nodes=2, seconds=0.5)
        write_checkpoint(tmp_path, step, counters, _write, LossWindow(0.1 * step, 2))
    found = latest_checkpoint(tmp_path)
    assert found is not None
    assert (found.step, found.counters.updates, found.counters.seconds) == (10, 10, 0.5)
    assert found.window == LossWindow(1.0, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-10"]
    assert (found.folder / "state").read_text() == "state"


def test_a_checkpoint_that_breaks_off_leaves_the_older_one(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 1, Counters(), _write)

    def interrupted(folder: Path) -> None:
        _write(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_checkpoint(tmp_path, 2, Counters(), interrupted)
    found = latest_checkpoint(tmp_path)
    assert found is not None and found.step == 1


def test_what_a_killed_writer_leaves_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / ".checkpoint-5.123.tmp").mkdir()
    assert latest_checkpoint(tmp_path) is None


@contextmanager
def _full_disk() -> Iterator[None]:
    """Let no file grow beyond 4 KiB; the system says so as it does of a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _save_safetensors(folder: Path) -> None:
    save_file({"x": torch.zeros(10_000)}, folder / "x.safetensors")


def _save_with_torch(folder: Path) -> None:
    torch.save({"x": torch.zeros(10_000)}, folder / "x.pt")


@pytest.mark.parametrize("save", [_save_safetensors, _save_with_torch])
def test_a_full_disk_is_named(tmp_path: Path, save: Callable[[Path], None]) -> None:
    write_checkpoint(tmp_path, 1, Counters(), _write)
    with _full_disk(), pytest.raises(OutputError, match=r"cannot write .*checkpoint-2: "):
        write_checkpoint(tmp_path, 2, Counters(), save)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]


def test_other_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not the disk"), disk_errors_named(tmp_path):
        raise RuntimeError("not the disk")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError, match="one"), disk_errors_named(tmp_path):
        raise OSError(errno.ENOSPC, "one")


def test_checkpoints_of_before_the_anchor_are_read(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, 3, Counters(3, 30, 20, 1.5), _write, LossWindow(1.0, 2))
    place = tmp_path / "checkpoint-3"
    spent = {"updates": 3, "tokens": 30, "nodes": 20, "seconds": 1.5}
    (place / "counters.json").write_text(json.dumps(spent))
    (place / "loss_window.json").write_text('{"total": 1.0, "updates": 2}')
    found = latest_checkpoint(tmp_path)
    assert found is not None
    assert (found.counters.anchor_tokens, found.counters.stopped_early) == (0, False)
    assert found.window == LossWindow(1.0, 2, 0.0)
