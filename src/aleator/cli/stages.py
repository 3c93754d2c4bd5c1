"""Stages of a longer piece of work, each a process of its own, several at a time.

A stage is one `aleator` command and the path that shows it is finished: a stage whose path exists
is skipped, so work goes on where it was interrupted (commands themselves resume within a stage).
Each process has a log for everything it prints. When one fails, or the user interrupts, the others
are stopped.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Literal

from aleator.cli.gauge import Gauge
from aleator.errors import AleatorError, InputError
from aleator.files import output_error

Status = Literal["waiting", "running", "finished", "skipped", "stopped", "failed"]

ALEATOR = (sys.executable, "-m", "aleator")
POLL_SECONDS = 0.3
GRACE_SECONDS = 5.0
_TAIL_LINES = 12


@dataclass(frozen=True)
class Stage:
    """One command of the work.

    Attributes:
        name: What the user reads; also the name of its log.
        arguments: Of the `aleator` command.
        result: What exists once the stage is finished.
        needs: Names of stages that must be finished before.
        gauge: How far it is, where that can be told.
    """

    name: str
    arguments: tuple[str, ...]
    result: Path
    needs: tuple[str, ...] = ()
    gauge: Gauge | None = None


@dataclass
class StageRun:
    """A stage as it stands."""

    stage: Stage
    log: Path
    status: Status = "waiting"
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    seconds: float = field(default=0.0)


def cores() -> int:
    """How many processor cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_environment(threads: int) -> dict[str, str]:
    """This process's environment for children that share the machine."""
    return {**os.environ, **thread_variables(threads), "PYTHONUNBUFFERED": "1"}


def thread_variables(threads: int) -> dict[str, str]:
    """What tells a process how many threads it has.

    Waiting threads sleep: spinning ones (OpenMP's default) take the core of another process.
    """
    number = str(threads)
    return {
        "OMP_NUM_THREADS": number,
        "MKL_NUM_THREADS": number,
        "OPENBLAS_NUM_THREADS": number,
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def run_stages(
    stages: Sequence[Stage],
    logs: Path,
    *,
    lanes: int,
    environment: Mapping[str, str],
    watch: Callable[[Sequence[StageRun]], None],
    program: Sequence[str] = ALEATOR,
) -> list[StageRun]:
    """Run the stages that are not finished yet, as many at a time as there are lanes.

    Args:
        stages: In order of preference; those they need come before them.
        logs: The folder of the logs; each is begun anew.
        lanes: How many may run at a time.
        environment: Of the processes.
        watch: Called a few times a second with the state of all stages.
        program: What the arguments of a stage are given to.

    Raises:
        InputError: A stage ended with exit status 2.
        AleatorError: A stage failed otherwise.
        OutputError: A log cannot be written.
        KeyboardInterrupt: The user, or a request to terminate, ended the work.
    """
    runs = [StageRun(stage, logs / f"{stage.name.replace(' ', '-')}.log") for stage in stages]
    for run in runs:
        if run.stage.result.exists():
            run.status = "skipped"
    with interrupted_by_termination():
        try:
            while _advance(runs, lanes, environment, program):
                watch(runs)
                time.sleep(POLL_SECONDS)
        finally:
            _stop([run for run in runs if run.status == "running"])
            watch(runs)
    return runs


def _advance(
    runs: Sequence[StageRun], lanes: int, environment: Mapping[str, str], program: Sequence[str]
) -> bool:
    """Take note of what ended, begin what can begin; whether anything is left to wait for."""
    running = [run for run in runs if run.status == "running"]
    for run in running:
        _settle(run)
    done = {run.stage.name for run in runs if run.status in ("finished", "skipped")}
    free = lanes - sum(run.status == "running" for run in runs)
    ready = [run for run in runs if run.status == "waiting" and done.issuperset(run.stage.needs)]
    for run in ready[: max(free, 0)]:
        _begin(run, environment, program)
    if any(run.status == "running" for run in runs):
        return True
    if any(run.status == "waiting" for run in runs):
        raise ValueError("stages need something that no earlier stage makes")
    return False


def _begin(run: StageRun, environment: Mapping[str, str], program: Sequence[str]) -> None:
    with _log_file(run.log) as log:
        run.process = subprocess.Popen(
            [*program, *run.stage.arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,  # the user's Ctrl-C reaches us alone, and we stop the others
        )
    run.began = time.monotonic()
    run.status = "running"


@contextmanager
def _log_file(path: Path) -> Iterator[IO[bytes]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("wb")
    except OSError as error:
        raise output_error(path, error) from error
    with file:
        yield file


def _settle(run: StageRun) -> None:
    """See whether a running stage has ended, and how."""
    assert run.process is not None
    run.seconds = time.monotonic() - run.began
    status = run.process.poll()
    if status is None:
        return
    if status == 0 and run.stage.result.exists():
        run.status = "finished"
        return
    run.status = "failed"
    kind = InputError if status == 2 else AleatorError
    raise kind(_failure(run, status))


def _failure(run: StageRun, status: int) -> str:
    if status < 0:
        ending = f"was ended by {signal.Signals(-status).name}"
    elif status:
        ending = f"failed with exit status {status}"
    else:
        ending = f"ended without an error but left no {run.stage.result}"
    lines = last_lines(run.log)
    quoted = "".join(f"\n  | {line}" for line in lines) or " nothing"
    return f"{run.stage.name} {ending}; its log is {run.log}, which ends with:{quoted}"


def last_lines(log: Path, count: int = _TAIL_LINES) -> list[str]:
    """The last lines of a log that say something; what a progress bar overwrote is left out."""
    text = log.read_bytes().decode("utf-8", errors="replace")
    lines = (line.rstrip("\r").rpartition("\r")[2].rstrip() for line in text.split("\n"))
    return [line for line in lines if line][-count:]


def _stop(runs: Sequence[StageRun]) -> None:
    """Interrupt processes as Ctrl-C would, then kill what does not listen."""
    for run in runs:
        _signal(run, signal.SIGINT)
    deadline = time.monotonic() + GRACE_SECONDS
    for run in runs:
        assert run.process is not None
        try:
            run.process.wait(max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            _signal(run, signal.SIGKILL)
            run.process.wait()
        run.status = "stopped"


def _signal(run: StageRun, number: signal.Signals) -> None:
    assert run.process is not None
    if run.process.poll() is None:
        os.killpg(run.process.pid, number)


@contextmanager
def interrupted_by_termination() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C, so that no process is left behind."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
