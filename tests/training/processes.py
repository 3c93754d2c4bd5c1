"""Runs under torchrun: two processes on this machine, which train one request after another."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType

from aleator.training.run import TrainRequest, train
from tests.training.runs import Kill

_ROOT = Path(__file__).parents[2]


def train_together(
    requests: Sequence[TrainRequest],
    folder: Path,
    *,
    killed: Sequence[TrainRequest] = (),
    **environment: str,
) -> None:
    """Train each of the requests in the same two processes.

    Args:
        requests: What to train.
        folder: For a script.
        killed: Those of them that are first broken off after the fifth update.
        environment: Variables to set.
    """
    script = folder / "train.py"
    script.write_text(
        "from pathlib import PosixPath\n"
        "from aleator.training.run import TrainRequest\n"
        "from tests.training.processes import train_each\n"
        f"train_each({list(requests)!r}, {list(killed)!r})\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node=2", str(script)),
        ],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."]), **environment},
        capture_output=True,
        text=True,
        timeout=300,  # where one waits for another that never comes
    )
    assert done.returncode == 0, done.stderr


def train_each(requests: Sequence[TrainRequest], killed: Sequence[TrainRequest]) -> None:
    """What each of the processes does."""
    for request in requests:
        with _taken_for_gpus(request.resolved_recipe().sharding is not None):
            if request in killed:
                with pytest.raises(KeyboardInterrupt):
                    train(request, callbacks=[Kill(5)])
            train(request)


@contextmanager
def _taken_for_gpus(wanted: bool) -> Iterator[None]:
    """Let accelerate shard on CPUs, which torch can and accelerate leaves out without a word."""
    given = PartialState.__init__

    def told(self: PartialState, cpu: bool = False, **others: object) -> None:
        given(self, cpu, **others)
        if self.distributed_type == DistributedType.MULTI_CPU:
            PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU

    with pytest.MonkeyPatch.context() as patch:
        if wanted:
            patch.setattr(PartialState, "__init__", told)
        yield
    AcceleratorState._reset_state(reset_partial_state=True)
