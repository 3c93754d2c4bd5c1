"""`aleator matrix` on a real local Ray: killed and taken up, the same as run one by one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import yaml

from aleator.benchmarks.matrix_file import Matrix, read_matrix
from aleator.cli import matrix_ray
from aleator.cli.app import run
from aleator.cli.matrix_plan import PlanOptions, chosen_cells, matrix_tasks
from aleator.cli.matrix_ray import driver_lock, lock_of
from aleator.cli.matrix_worker import holder, holding
from aleator.files import JsonValue, Row
from tests.sources import ROOT
from tests.tiny_families import save_tiny_family

PATIENCE = 300.0
"""Seconds until a driver is thought to hang; it takes a few on a machine that is not busy."""

Begin = Callable[[Sequence[str | Path]], subprocess.Popen[str]]

SHORT = {"max_steps": 2, "batch_size": 2, "validation": None}


@pytest.fixture
def three_models(tmp_path: Path) -> Path:
    """Two models, three conditions, two benchmarks, as short as they can be; and a broken model."""
    tiny = save_tiny_family("qwen3", tmp_path / "tiny", taught=True)
    (tmp_path / "broken").mkdir()
    models = {"broken": tmp_path / "broken", "sandbox": "sandbox", "tiny": tiny}
    return written(
        tmp_path / "matrix.yaml",
        {
            "seed": 3,
            "models": [
                {"name": name, "model": str(model), "gpus": 0, "set": SHORT}
                for name, model in models.items()
            ],
            "conditions": {"base": None, "soft": "sandbox/soft", "hard": "sandbox/hard"},
            "benches": {"numeric": {"limit": 2, "draws": 20}, "open_ended": {"limit": 1}},
        },
    )


def written(path: Path, values: JsonValue) -> Path:
    path.write_text(yaml.safe_dump(values, sort_keys=False))
    return path


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begin `aleator matrix` with these arguments; whatever is left of it ends with the test."""
    begun: list[subprocess.Popen[str]] = []

    def start(arguments: Sequence[str | Path]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "aleator", "matrix", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait for something that a driver should bring about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.02)


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Ray leaves a handler of its own in the process that begins it."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def at_work(out: Path) -> set[str]:
    """The keys of evaluations that are in the middle of their rows."""
    found: set[str] = set()
    for partial in out.glob("eval/*/*/*/rows/*.partial"):
        with suppress(FileNotFoundError):  # just now it got its name
            if partial.stat().st_size:
                found.add(partial.parent.parent.relative_to(out).as_posix())
    return found


def results(out: Path) -> dict[str, Path]:
    return {path.parent.relative_to(out).as_posix(): path for path in out.glob("eval/*/*/*/*.json")}


def statuses(out: Path) -> dict[str, Row]:
    return {row["key"]: row for row in json.loads((out / "status.json").read_text())["tasks"]}


def running(out: Path) -> bool:
    there = (out / "status.json").exists()
    return there and "running" in [row["status"] for row in statuses(out).values()]


def was_lost(out: Path, key: str) -> bool:
    """Whether the driver has seen that a task's process is gone."""
    row = statuses(out)[key]
    return row["attempts"] == 2 or "its process was lost" in str(row["error"])


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]


def carries(process: psutil.Process) -> bool:
    """Whether a task is at work in a process: Ray calls it by the task's key then."""
    try:
        return process.cmdline()[0].startswith(("ray::eval/", "ray::train/"))
    except psutil.NoSuchProcess:
        return False


def gone(processes: Sequence[psutil.Process]) -> bool:
    """Whether they end by themselves; a driver's own end is reaped here."""
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    return not [one for one in alive if one.is_running() and one.status() != "zombie"]


@pytest.mark.slow
@pytest.mark.usefixtures("own_signals")
def test_killed_twice_and_the_same_as_one_by_one(
    three_models: Path,
    tmp_path: Path,
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A worker is killed and then the driver; what fails is told and keeps nothing else back."""
    out = tmp_path / "out"
    command = [three_models, "--out", out, "--retries", "1", "--workers"]

    driver = begin([*command, "2"])
    until(lambda: len(results(out)) >= 2, driver)
    before = at_work(out)
    until(lambda: at_work(out) - before, driver)
    (killed, *_) = at_work(out) - before  # just begun
    os.kill(int(holder(lock_of(out, killed))["pid"]), signal.SIGKILL)
    until(lambda: was_lost(out, killed) and at_work(out) - {killed}, driver)
    processes = family(driver)
    driver.kill()
    driver.wait()
    finished = {key: path.stat().st_mtime_ns for key, path in results(out).items()}
    assert 2 <= len(finished) < 12
    workers = [one for one in processes if carries(one)]
    assert gone(workers), "nobody goes on writing"
    for other in processes:  # the rest of Ray looks for its dead master for up to a minute
        with suppress(psutil.NoSuchProcess):
            other.kill()
    left = Path((out / ".locks/ray").read_text())

    # In this process, where all is imported already.
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    capsys.readouterr()
    assert run(["matrix", *map(str, command), "1", "--json"]) == 1
    printed, told = capsys.readouterr()
    check_failures(out, told)
    assert not left.exists() and not (out / ".locks/ray").exists()
    assert json.loads(printed) == json.loads((out / "status.json").read_text())
    assert len(results(out)) == 12
    for key, time_ns in finished.items():
        assert results(out)[key].stat().st_mtime_ns == time_ns, f"{key} was done before"
        assert f"{key}: done before" in told

    one_by_one(read_matrix(three_models), out, tmp_path / "by-hand", monkeypatch)


def check_failures(out: Path, told: str) -> None:
    """The broken model's tasks were tried twice or not at all; every other one is finished."""
    for key, row in statuses(out).items():
        if "/broken/" not in key:
            assert row["status"] == "finished", key
        elif key.startswith("train/") or "/base/" in key:
            assert (row["status"], row["attempts"]) == ("failed", 2)
            assert f"{key}: failed with exit status 2; tried twice; its log is " in told
        else:
            assert (row["status"], row["attempts"]) == ("not run", 0)
    assert "4 of 24 tasks failed, 4 not run for want of their training" in told
    assert "| aleator: " in told and "holds no config.json" in told


def one_by_one(matrix: Matrix, out: Path, by_hand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Type the very commands, with another folder, and compare all they write."""
    cells = chosen_cells(matrix, ("sandbox", "tiny"))
    tasks = matrix_tasks(matrix, cells, by_hand, PlanOptions())
    assert len(tasks) == 4 + 12
    for task in tasks:
        monkeypatch.setattr(sys, "argv", ["aleator", *task.arguments])
        assert run(task.arguments) == 0
    for task in tasks:
        folder, mine = out / task.key, by_hand / task.key
        if task.key.startswith("train/"):
            weights = Path("adapter", "adapter_model.safetensors")
            assert (folder / weights).read_bytes() == (mine / weights).read_bytes()
            continue
        expected = (mine / "result.json").read_text().replace(str(by_hand), str(out))
        assert (folder / "result.json").read_text() == expected, "but for the folder, every byte"
        for rows in mine.glob("rows/*.jsonl"):
            assert (folder / "rows" / rows.name).read_text() == rows.read_text()


@pytest.mark.slow
def test_an_interrupt_leaves_no_process(tmp_path: Path, begin: Begin) -> None:
    out = tmp_path / "out"
    only = ["--only", "sandbox/base", "--workers", "1"]
    driver = begin(["sandbox/matrix", "--out", out, *only])
    until(lambda: running(out), driver)
    processes = family(driver)
    driver.send_signal(signal.SIGTERM)
    _, told = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 130 and "interrupted" in told
    assert gone(processes)
    assert not (out / ".locks/ray").exists()
    assert "stopped" in [row["status"] for row in statuses(out).values()]


def test_a_dry_run_needs_no_ray_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(matrix_ray, "find_spec", lambda name: None)
    out = tmp_path / "out"
    done = tmp_path / "done"
    command = ["matrix", "sandbox/matrix", "--only", "*/soft/numeric", "--dry-run"]
    assert run([*command, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "train/sandbox/soft" in printed and "hard" not in printed and "to do" in printed
    assert not out.exists()
    (done / "train/sandbox/soft").mkdir(parents=True)
    (done / "train/sandbox/soft/metrics.jsonl").touch()
    (done / "matrix.json").write_text('{"schema_version": 1, "kind": "matrix", "seed": null}')
    assert run([*command, "--json", "--out", str(done)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["key"], row["status"]) for row in rows] == [
        ("train/sandbox/soft", "finished"),
        ("eval/sandbox/soft/numeric", "waiting"),
    ]
    assert run(["matrix", "sandbox/matrix", "--out", str(out)]) == 2
    assert "pip install 'aleator[ray]'" in " ".join(capsys.readouterr().err.split())


def test_nothing_to_do_needs_no_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    (out / "eval/sandbox/base/numeric").mkdir(parents=True)
    (out / "eval/sandbox/base/numeric/result.json").write_text("{}")
    (out / "matrix.json").write_text('{"schema_version": 1, "kind": "matrix", "seed": null}')
    command = ["matrix", "sandbox/matrix", "--only", "*/base/numeric", "--out", str(out)]
    assert run(command) == 0
    assert "1 done" in capsys.readouterr().out
    with holding(driver_lock(out), 0.0, {}):
        assert run(command) == 2
    assert "is at work in this folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--address", "auto", "--workers", "2"), "--workers is for this machine"),
        (("--only", "sandbix"), "--only 'sandbix' fits no cell"),
    ],
)
def test_wrong_input_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    out = tmp_path / "out"
    assert run(["matrix", "sandbox/matrix", "--out", str(out), *options]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert not out.exists()


def test_a_recipe_is_no_matrix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["matrix", "paper/soft", "--out", str(tmp_path)]) == 2
    assert "unknown matrix 'paper/soft'" in capsys.readouterr().err
    command = ["train", "sandbox", "--method", "soft", "--out", str(tmp_path / "run")]
    assert run([*command, "--recipe", "paper/matrix"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "paper/matrix is a matrix of runs, not a recipe: `aleator matrix paper/matrix`" in told
