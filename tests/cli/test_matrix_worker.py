"""A task in its worker: one at a time in a folder, everything it says in its log."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import aleator
from aleator.cli.matrix_worker import (
    Order,
    carry_out,
    carry_out_alone,
    holder,
    holding,
    look_around,
    printing_to,
)
from aleator.errors import OutputError
from tests.sources import ROOT

HOLD = """
import sys, time
from pathlib import Path
from aleator.cli.matrix_worker import holding
with holding(Path(sys.argv[1]), 0.0, {"driver": "d", "attempt": 1}):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.chdir(tmp_path)
    return Order(
        arguments=("families", "--json"),
        result=tmp_path / "result",
        log=tmp_path / "logs" / "one.log",
        lock=tmp_path / ".locks" / "one.lock",
        folder=tmp_path,
        driver="driver",
        attempt=1,
        patience=0.0,
    )


def test_a_command_and_what_it_prints(
    order: Order, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sys.argv
    for carry in (carry_out, carry_out_alone):
        report = carry(order)
        assert (report.status, report.whole) == (0, False)
        assert order.log.read_text().startswith('[{"name": "uniform"')
    order.result.touch()
    assert carry_out(order).whole
    assert sys.argv is before
    assert capfd.readouterr() == ("", "")
    assert holder(order.lock) | {"node": ""} == {
        "node": "",
        "pid": os.getpid(),
        "driver": "driver",
        "attempt": 1,
    }


def test_a_problem_is_a_status(order: Order, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = Order(**{**vars(order), "arguments": ("recipes", "show", "wid")})
    assert carry_out(wrong).status == 2
    again = Order(**{**vars(wrong), "attempt": 2})
    assert carry_out(again).status == 2
    first, middle, second = order.log.read_text().partition("attempt 2\n")
    assert middle and "did you mean 'wide'?" in first and "did you mean 'wide'?" in second
    assert capfd.readouterr() == ("", "")


def test_everything_printed_goes_to_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also what comes from below Python, and an error's traceback; then all is as it was."""
    log = tmp_path / "deep" / "log"
    with pytest.raises(ZeroDivisionError), printing_to(log, 1):
        print("out")
        print("err", file=sys.stderr)
        os.write(1, b"below\n")
        _ = 1 / 0
    text = log.read_text()
    assert "out\nerr\nbelow\nTraceback" in text and "ZeroDivisionError" in text
    print("after")
    assert capfd.readouterr() == ("after\n", "")


def test_a_folder_has_one_worker_at_a_time_and_a_killed_one_lets_go(order: Order) -> None:
    command = [sys.executable, "-c", HOLD, str(order.lock)]
    found = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=found, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        assert holder(order.lock)["pid"] == other.pid
        with pytest.raises(OutputError, match=f"process {other.pid} on .* is at work in this"):
            carry_out(order)
        assert "is at work in this folder" in order.log.read_text()
        other.kill()
        began = time.monotonic()
        patient = Order(**{**vars(order), "patience": 30.0})
        assert carry_out(patient).status == 0
        assert time.monotonic() - began < 25


def test_a_lock_nobody_ever_held(tmp_path: Path) -> None:
    assert holder(tmp_path / "lock") == {}
    with holding(tmp_path / "lock", 0.0, {"driver": "d"}):
        assert holder(tmp_path / "lock")["driver"] == "d"
    (tmp_path / "lock").write_text('{"pid": 1')
    assert holder(tmp_path / "lock") == {}, "half written"


def test_a_lock_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"), holding(tmp_path / "file/a", 0.0, {}):
        pass


def test_what_a_machine_sees(tmp_path: Path) -> None:
    sight = look_around(tmp_path / "token", tmp_path)
    assert (sight.version, sight.out, sight.folder) == (aleator.__version__, False, True)
    (tmp_path / "token").touch()
    assert look_around(tmp_path / "token", tmp_path / "x").out
