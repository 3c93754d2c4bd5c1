"""Which tasks run, in which order, how often, and what is told of them: with a pool in this thread.

The pool makes the files that tasks should leave, or says that they failed; Ray itself is in
`test_matrix.py`.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from aleator.cli.matrix_plan import MatrixTask
from aleator.cli.matrix_run import Ending, StatusFile, TaskRun, problems, run_tasks, task_runs


def task(out: Path, key: str, needs: str | None = None) -> MatrixTask:
    return MatrixTask(key, ("families",), out / key, out / "logs" / f"{key}.log", "m", needs)


class Bench:
    """Carries out one task at a time, in the order of the queue.

    Attributes:
        fails: How often a task fails before it works.
        done: What was carried out, in order.
    """

    def __init__(self, **fails: int) -> None:
        self.fails = fails
        self.queue: list[MatrixTask] = []
        self.done: list[str] = []

    def submit(self, task: MatrixTask, attempt: int) -> None:
        self.queue.append(task)

    def begun(self, keys: Sequence[str]) -> dict[str, str]:
        return {task.key: "here" for task in self.queue[:1] if task.key in keys}

    def ended(self, seconds: float) -> list[Ending]:
        task = self.queue.pop(0)
        self.done.append(task.key)
        if self.fails.get(task.key, 0):
            self.fails[task.key] -= 1
            return [Ending(task.key, "its process was lost (WorkerCrashedError)")]
        task.result.parent.mkdir(parents=True, exist_ok=True)
        task.result.touch()
        return [Ending(task.key, None, "node", 2.0)]


def work(
    tasks: Sequence[MatrixTask], pool: Bench, retries: int = 1, statuses: StatusFile | None = None
) -> list[TaskRun]:
    def watch(runs: Sequence[TaskRun]) -> None:
        if statuses is not None:
            statuses.update(runs)

    return run_tasks(tasks, pool, retries=retries, watch=watch)


def test_trainings_come_before_what_needs_them(tmp_path: Path) -> None:
    tasks = [task(tmp_path, "train"), task(tmp_path, "base"), task(tmp_path, "soft", "train")]
    pool = Bench()
    runs = work(tasks, pool)
    assert pool.done == ["train", "base", "soft"]
    assert {(run.state, run.attempts, run.node, run.seconds) for run in runs} == {
        ("finished", 1, "node", 2.0)
    }
    assert problems(runs) is None
    again = Bench()
    assert {run.state for run in work(tasks, again)} == {"skipped"} and again.done == []


def test_what_fails_goes_to_the_end_of_the_queue_and_keeps_nobody_back(tmp_path: Path) -> None:
    tasks = [task(tmp_path, "train"), task(tmp_path, "base"), task(tmp_path, "soft", "train")]
    pool = Bench(train=1)
    runs = work(tasks, pool)
    assert pool.done == ["train", "base", "train", "soft"]
    assert [run.attempts for run in runs] == [2, 1, 1]
    assert [run.error for run in runs] == [None, None, None]


@pytest.mark.parametrize("retries", [0, 2])
def test_what_fails_too_often_is_told_and_what_needs_it_is_not_run(
    tmp_path: Path, retries: int
) -> None:
    tasks = [task(tmp_path, "train"), task(tmp_path, "soft", "train"), task(tmp_path, "base")]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "train.log").write_text("one\ntwo\n")
    statuses = StatusFile(tmp_path)
    runs = work(tasks, Bench(train=9), retries, statuses)
    assert [(run.state, run.attempts) for run in runs] == [
        ("failed", retries + 1),
        ("not run", 0),
        ("finished", 1),
    ]
    times = {0: "once", 2: "3 times"}[retries]
    assert problems(runs) == (
        "1 of 3 tasks failed, 1 not run for want of their training; the same command tries them "
        f"again.\ntrain: its process was lost (WorkerCrashedError); tried {times}; its log is "
        f"{tmp_path}/logs/train.log, which ends with:\n  | one\n  | two"
    )
    rows = json.loads((tmp_path / "status.json").read_text())["tasks"]
    assert [(row["key"], row["status"], row["error"]) for row in rows] == [
        ("train", "failed", "its process was lost (WorkerCrashedError)"),
        ("soft", "not run", "train failed, which it needs"),
        ("base", "finished", None),
    ]


def test_status_keeps_what_earlier_runs_said(tmp_path: Path) -> None:
    first, second = task(tmp_path, "one"), task(tmp_path, "two")
    work([first], Bench(one=1), statuses=StatusFile(tmp_path))
    work([first, second], Bench(), statuses=StatusFile(tmp_path))
    third = StatusFile(tmp_path)
    work([second], Bench(), statuses=third)
    rows = json.loads((tmp_path / "status.json").read_text())
    assert rows == third.values()
    told = [(row["key"], row["status"], row["attempts"], row["node"]) for row in rows["tasks"]]
    assert told == [("one", "finished", 2, "node"), ("two", "finished", 1, "node")]
    [found, unknown] = task_runs([first, task(tmp_path, "three")])
    assert (third.row(found), third.row(unknown)["attempts"]) == (rows["tasks"][0], 0)


def test_an_interrupt_leaves_what_ran_stopped(tmp_path: Path) -> None:
    class Interrupted(Bench):
        def ended(self, seconds: float) -> list[Ending]:
            if len(self.queue) == 1:
                raise KeyboardInterrupt
            return super().ended(seconds)

    statuses = StatusFile(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        work([task(tmp_path, "one"), task(tmp_path, "two")], Interrupted(), statuses=statuses)
    rows = json.loads((tmp_path / "status.json").read_text())["tasks"]
    assert [row["status"] for row in rows] == ["finished", "stopped"]


def test_the_state_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    runs = task_runs([task(tmp_path, "one"), task(tmp_path, "two")])
    assert [run.state for run in runs] == ["skipped", "waiting"]
    assert runs[0].row()["status"] == "finished"
