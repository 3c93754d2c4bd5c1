import subprocess
import sys

import aleator


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aleator", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"aleator {aleator.__version__}\n"


def test_its_exit_status_is_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aleator", "target", "gausian"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "did you mean 'gaussian'?" in done.stderr
