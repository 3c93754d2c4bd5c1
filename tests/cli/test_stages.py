import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from aleator.cli import stages as stages_module
from aleator.cli.stages import Stage, StageRun, cores, last_lines, run_stages, threads_environment
from aleator.errors import AleatorError, InputError, OutputError

# Instead of `aleator`: the first argument is a small program, the second the file it is to make.
PYTHON = (sys.executable, "-c", "import sys; exec(sys.argv[1])")
MAKE = "import pathlib; pathlib.Path(sys.argv[2]).write_text('made')"


def _stage(name: str, result: Path, program: str = MAKE, needs: tuple[str, ...] = ()) -> Stage:
    return Stage(name, (program, str(result)), result, needs)


def _run(
    stages: Sequence[Stage], folder: Path, lanes: int = 2, watched: list[list[str]] | None = None
) -> list[StageRun]:
    def watch(runs: Sequence[StageRun]) -> None:
        if watched is not None:
            watched.append([run.status for run in runs])

    return run_stages(
        stages,
        folder / "logs",
        lanes=lanes,
        environment=dict(os.environ),
        watch=watch,
        program=PYTHON,
    )


@pytest.fixture(autouse=True)
def fast_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages_module, "POLL_SECONDS", 0.01)


def test_stages_run_in_order_of_need(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    follow = f"import pathlib; pathlib.Path(sys.argv[2]).write_text(open({str(first)!r}).read())"
    runs = _run([_stage("one", first), _stage("two", second, follow, ("one",))], tmp_path)
    assert [run.status for run in runs] == ["finished", "finished"]
    assert second.read_text() == "made"


def test_finished_stages_are_skipped(tmp_path: Path) -> None:
    done = tmp_path / "done"
    done.write_text("of an earlier run")
    runs = _run([_stage("one", done), _stage("two", tmp_path / "new", needs=("one",))], tmp_path)
    assert [run.status for run in runs] == ["skipped", "finished"]
    assert done.read_text() == "of an earlier run"
    assert not runs[0].log.exists()


@pytest.mark.parametrize("lanes", [1, 2])
def test_no_more_run_at_a_time_than_there_are_lanes(tmp_path: Path, lanes: int) -> None:
    watched: list[list[str]] = []
    stages = [
        _stage(str(n), tmp_path / str(n), f"import time; time.sleep(0.2); {MAKE}") for n in "abc"
    ]
    _run(stages, tmp_path, lanes, watched)
    assert max(states.count("running") for states in watched) == lanes


def test_a_failure_is_told_with_its_last_lines_and_stops_the_rest(tmp_path: Path) -> None:
    fail = "print('step 1\\rstep 2'); print('aleator: no such recipe'); sys.exit(3)"
    sleep = "import time; time.sleep(60)"
    watched: list[list[str]] = []
    stages = [
        _stage("long", tmp_path / "long", sleep),
        _stage("train soft", tmp_path / "soft", fail),
        _stage("after", tmp_path / "after", needs=("train soft",)),
    ]
    with pytest.raises(AleatorError) as caught:
        _run(stages, tmp_path, watched=watched)
    told = str(caught.value)
    assert "train soft failed with exit status 3" in told
    assert str(tmp_path / "logs" / "train-soft.log") in told
    assert "| aleator: no such recipe" in told and "| step 2" in told
    assert "step 1" not in told
    assert watched[-1] == ["stopped", "failed", "waiting"]


def test_wrong_input_of_a_stage_is_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exit status 2"):
        _run([_stage("one", tmp_path / "one", "sys.exit(2)")], tmp_path)


def test_a_killed_stage_names_the_signal(tmp_path: Path) -> None:
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(AleatorError, match="one was ended by SIGKILL"):
        _run([_stage("one", tmp_path / "one", kill)], tmp_path)


def test_a_stage_that_leaves_no_result_has_failed(tmp_path: Path) -> None:
    with pytest.raises(AleatorError, match=r"left no .*/one; .*ends with: nothing"):
        _run([_stage("one", tmp_path / "one", "pass")], tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_stops_the_processes(tmp_path: Path, number: signal.Signals) -> None:
    """The child ignores nothing and would take a minute; its process must be gone."""
    mark = tmp_path / "pid"
    program = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid()))"
    stage = _stage("one", tmp_path / "one", f"{program}; time.sleep(60)")

    def interrupt() -> None:
        while not mark.exists() or not mark.read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    before = signal.getsignal(signal.SIGTERM)
    # In the background of a shell SIGINT is ignored from the start, and nothing would interrupt.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            _run([stage], tmp_path)
    finally:
        signal.signal(signal.SIGINT, ours)
    thread.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_process_that_does_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages_module, "GRACE_SECONDS", 0.1)
    ready = tmp_path / "ready"
    deaf = (
        "import signal, time, pathlib; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        f"pathlib.Path({str(ready)!r}).write_text('1'); time.sleep(60)"
    )
    fail = (
        "import time, pathlib\n"
        f"while not pathlib.Path({str(ready)!r}).exists(): time.sleep(0.01)\n"
        "sys.exit(1)"
    )
    began = time.monotonic()
    with pytest.raises(AleatorError, match="two failed"):
        _run([_stage("one", tmp_path / "a", deaf), _stage("two", tmp_path / "b", fail)], tmp_path)
    assert time.monotonic() - began < 30


def test_an_unwritable_log_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="cannot write"):
        _run([_stage("one", tmp_path / "one")], tmp_path)


def test_a_need_that_nobody_meets_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no earlier stage makes"):
        _run([_stage("one", tmp_path / "one", needs=("absent",))], tmp_path)


def test_children_get_their_number_of_threads() -> None:
    environment = threads_environment(3)
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["PATH"] == os.environ["PATH"]
    assert cores() >= 1


def test_the_last_lines_are_those_that_say_something(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n\n  \n10%\r20%\r\nbroken \xff\nlast")
    assert last_lines(log) == ["one", "20%", "broken \ufffd", "last"]
    assert last_lines(log, 1) == ["last"]
