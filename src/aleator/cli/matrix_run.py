"""The order in which a matrix's tasks run, which are tried again, and how each ended.

Who carries them out is a `Pool`: Ray, in `matrix_ray`. A task whose result is there is skipped; one
that failed goes to the end of the queue, a few times; one whose training failed is not run. No
failure stops another task.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from aleator.cli.matrix_plan import MatrixTask
from aleator.cli.stages import last_lines
from aleator.files import Row, as_object, read_json, write_json

STATUS_FILE = "status.json"
SCHEMA_VERSION = 1

State = Literal["waiting", "running", "finished", "skipped", "failed", "not run", "stopped"]
POLL_SECONDS = 0.3


@dataclass
class TaskRun:
    """A task as it stands.

    Attributes:
        task: Which.
        state: How far it is; "skipped" was finished before, "stopped" was interrupted.
        attempts: How often it was begun.
        seconds: Of the last attempt.
        node: The machine of the last attempt.
        error: Why it is not finished.
        began: When the last attempt began, by the driver's clock.
    """

    task: MatrixTask
    state: State = "waiting"
    attempts: int = 0
    seconds: float = 0.0
    node: str | None = None
    error: str | None = None
    began: float = 0.0

    def row(self) -> Row:
        """What `status.json` says of it."""
        return {
            "key": self.task.key,
            "status": "finished" if self.state == "skipped" else self.state,
            "attempts": self.attempts,
            "seconds": round(self.seconds, 1),
            "node": self.node,
            "error": self.error,
            "log": str(self.task.log),
        }


@dataclass(frozen=True)
class Ending:
    """How an attempt ended.

    Attributes:
        key: The task's.
        error: What went wrong; None where nothing did.
        node: The machine, where it is known.
        seconds: How long, where it is known.
    """

    key: str
    error: str | None
    node: str | None = None
    seconds: float | None = None


class Pool(Protocol):
    """Who carries tasks out."""

    def submit(self, task: MatrixTask, attempt: int) -> None:
        """Put a task in the queue."""
        ...

    def begun(self, keys: Sequence[str]) -> dict[str, str]:
        """Which of these tasks of the queue have been begun, and on which machine."""
        ...

    def ended(self, seconds: float) -> list[Ending]:
        """Wait so long at most for tasks to end."""
        ...


def run_tasks(
    tasks: Sequence[MatrixTask],
    pool: Pool,
    *,
    retries: int,
    watch: Callable[[Sequence[TaskRun]], None],
) -> list[TaskRun]:
    """Run the tasks that are not finished yet.

    Args:
        tasks: Those that others need come before them.
        pool: Who carries them out.
        retries: How often a task that failed is tried again.
        watch: Called a few times a second with the state of all tasks.

    Raises:
        KeyboardInterrupt: The user ended the work; the states have been shown to `watch`.
    """
    runs = task_runs(tasks)
    by_key = {run.task.key: run for run in runs}
    queued: set[str] = set()
    try:
        while True:
            for run in _ready(runs, by_key, queued):
                run.attempts += 1
                pool.submit(run.task, run.attempts)
                queued.add(run.task.key)
            watch(runs)
            if not queued:
                return runs
            for ending in pool.ended(POLL_SECONDS):
                queued.discard(ending.key)
                _settle(by_key[ending.key], ending, retries)
            waiting = [key for key in queued if by_key[key].state == "waiting"]
            for key, node in pool.begun(waiting).items():
                run = by_key[key]
                run.state, run.node, run.error = "running", node, None
                run.began = time.monotonic()
    finally:
        for run in runs:
            if run.state == "running":
                run.state = "stopped"
        watch(runs)


def task_runs(tasks: Sequence[MatrixTask]) -> list[TaskRun]:
    """The tasks as the folder shows them: finished before, or waiting."""
    return [TaskRun(task, "skipped" if task.result.exists() else "waiting") for task in tasks]


def _ready(runs: Sequence[TaskRun], by_key: dict[str, TaskRun], queued: set[str]) -> list[TaskRun]:
    """What can be queued; what never can is given up."""
    ready = []
    for run in runs:
        if run.state != "waiting" or run.task.key in queued:
            continue
        needed = None if run.task.needs is None else by_key[run.task.needs]
        if needed is None or needed.state in ("finished", "skipped"):
            ready.append(run)
        elif needed.state == "failed":
            run.state, run.error = "not run", f"{needed.task.key} failed, which it needs"
    return ready


def _settle(run: TaskRun, ending: Ending, retries: int) -> None:
    if ending.seconds is not None:
        run.seconds = ending.seconds
    elif run.state == "running":
        run.seconds = time.monotonic() - run.began
    run.node = ending.node or run.node
    run.error = ending.error
    if ending.error is None:
        run.state = "finished"
    else:
        run.state = "failed" if run.attempts > retries else "waiting"


class StatusFile:
    """`status.json`: how each task stands, written anew whenever one changes.

    What earlier runs said of tasks that this one finds finished, or leaves out, is kept.

    Args:
        out: The matrix's folder.

    Raises:
        InputError: The file there cannot be read.
    """

    def __init__(self, out: Path) -> None:
        self._path = out / STATUS_FILE
        self._rows: dict[str, Row] = {}
        self._written: list[tuple[State, int]] | None = None
        if self._path.exists():
            values = as_object(read_json(self._path), self._path)
            tasks = values["tasks"]
            assert isinstance(tasks, list)
            for task in tasks:
                row = as_object(task, self._path)
                self._rows[str(row["key"])] = row

    def update(self, runs: Sequence[TaskRun]) -> None:
        """Write what is new.

        Raises:
            OutputError: The place cannot be written.
        """
        states: list[tuple[State, int]] = [(run.state, run.attempts) for run in runs]
        if states == self._written:
            return
        for run in runs:
            self._rows[run.task.key] = self.row(run)
        write_json(self._path, self.values())
        self._written = states

    def row(self, run: TaskRun) -> Row:
        """What is known of a task, earlier runs included where this one found it finished."""
        before = self._rows.get(run.task.key)
        if run.state == "skipped" and before is not None:
            return {**before, "status": "finished", "error": None}
        return run.row()

    def values(self) -> Row:
        """What the file holds."""
        return {"schema_version": SCHEMA_VERSION, "tasks": list(self._rows.values())}


def problems(runs: Sequence[TaskRun]) -> str | None:
    """What is not done and why, with the ends of logs; None where all is done."""
    failed = [run for run in runs if run.state == "failed"]
    left = sum(run.state == "not run" for run in runs)
    if not failed:
        return None
    also = f", {left} not run for want of their training" if left else ""
    words = [
        f"{len(failed)} of {len(runs)} tasks failed{also}; the same command tries them again.",
        *map(_problem, failed),
    ]
    return "\n".join(words)


def _problem(run: TaskRun) -> str:
    times = {1: "once", 2: "twice"}.get(run.attempts, f"{run.attempts} times")
    told = f"{run.task.key}: {run.error}; tried {times}; its log is {run.task.log}"
    lines = last_lines(run.task.log) if run.task.log.exists() else []
    return told + ", which ends with:" + "".join(f"\n  | {one}" for one in lines) if lines else told
