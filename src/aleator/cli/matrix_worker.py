"""What a worker process does with a task of the matrix: the command itself, in this very process.

There is no process below the worker, so a killed worker leaves nobody behind that goes on writing.
Besides, whoever runs a task holds the lock of its folder, which the kernel lets go when the process
is gone: where a worker outlives its driver or its network, the next one waits until it is dead.

Locks are `flock`'s. A shared folder whose file system has none is used without; then two drivers
at the same time are the user's to avoid.
"""

import errno
import fcntl
import json
import os
import socket
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import aleator
from aleator.errors import OutputError
from aleator.files import output_error

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class Order:
    """A task as a worker gets it.

    Attributes:
        arguments: Of the `aleator` command.
        result: What exists once it is finished.
        log: Where everything goes that it prints.
        lock: The file that whoever works in the task's folder holds.
        folder: The working folder.
        driver: Tells who sent it.
        attempt: 1 for the first.
        patience: Seconds to wait for an earlier worker to be gone.
    """

    arguments: tuple[str, ...]
    result: Path
    log: Path
    lock: Path
    folder: Path
    driver: str
    attempt: int
    patience: float = 60.0


@dataclass(frozen=True)
class Report:
    """How a task ended in its worker.

    Attributes:
        status: The command's exit status.
        whole: Whether what it was to make is there.
        node: The machine it ran on.
        seconds: How long.
    """

    status: int
    whole: bool
    node: str
    seconds: float


@dataclass(frozen=True)
class Sight:
    """What a machine has and sees.

    Attributes:
        version: Of aleator.
        out: Whether it sees the folder of the results.
        folder: Whether it sees the working folder.
    """

    version: str
    out: bool
    folder: bool


def look_around(token: Path, folder: Path) -> Sight:
    """Say what this machine sees; `token` is a file in the folder of the results."""
    return Sight(aleator.__version__, token.exists(), folder.is_dir())


def carry_out(order: Order) -> Report:
    """Run a task's command; an error of the program's own is in the log and is raised.

    Raises:
        OutputError: Another process is at work in the task's folder and does not end.
    """
    began = time.monotonic()
    os.chdir(order.folder)
    with ExitStack() as stack:
        stack.enter_context(printing_to(order.log, order.attempt))
        told = {"driver": order.driver, "attempt": order.attempt}
        stack.enter_context(holding(order.lock, order.patience, told))
        status = _command(order.arguments)
    return Report(status, order.result.exists(), socket.gethostname(), time.monotonic() - began)


def carry_out_alone(order: Order) -> Report:
    """As `carry_out`, for tasks whose worker process takes no other: Ray tells them by name."""
    return carry_out(order)


def _command(arguments: tuple[str, ...]) -> int:
    """Run the command as if it had been typed: the record of a result says what to type."""
    from aleator.cli.app import run

    before, sys.argv = sys.argv, ["aleator", *arguments]
    try:
        return run(arguments)
    finally:
        sys.argv = before


@contextmanager
def holding(path: Path, patience: float, told: dict[str, str | int]) -> Iterator[None]:
    """Hold the lock of a folder, and write into its file who does.

    Args:
        path: The lock's file; it stays when the lock is let go.
        patience: Seconds to wait for whoever holds it.
        told: What to write beside the process and the machine.

    Raises:
        OutputError: Somebody else holds it and does not let go, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise output_error(path, error) from error
    with file:
        _wait_for(file, path, time.monotonic() + patience)
        file.seek(0)
        file.truncate()
        json.dump({"node": socket.gethostname(), "pid": os.getpid(), **told}, file)
        file.flush()
        yield


def holder(path: Path) -> dict[str, str | int]:
    """Who holds a lock, or held it last; nothing where nobody ever did."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    return json.loads(text) if text.endswith("}") else {}


def _wait_for(file: IO[str], path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                who = holder(path)
                raise OutputError(
                    f"process {who.get('pid')} on {who.get('node')} is at work in this folder and "
                    f"holds {path}: wait until it has ended, or end it"
                ) from error
            time.sleep(0.1)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise output_error(path, error) from error
            return
        else:
            return


@contextmanager
def printing_to(log: Path, attempt: int) -> Iterator[None]:
    """Send everything this process prints to a log, an error's traceback included.

    Args:
        log: Begun anew by the first attempt, continued by others.
        attempt: Which this is.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a" if attempt > 1 else "w", buffering=1) as file, ExitStack() as stack:
        if attempt > 1:
            file.write(f"attempt {attempt}\n")
        stack.enter_context(_descriptors_to(file))
        stack.enter_context(redirect_stdout(file))
        stack.enter_context(redirect_stderr(file))
        stack.push(_print_traceback)
        yield


@contextmanager
def _descriptors_to(file: IO[str]) -> Iterator[None]:
    """Also what libraries print past Python."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    try:
        for number, _ in kept:
            os.dup2(file.fileno(), number)
        yield
    finally:
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)


def _print_traceback(
    kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None:
        traceback.print_exception(error)
