"""Which commands there are, what they cost to start, and how each ends."""

import inspect
import subprocess
import sys

import pytest
import typer

import aleator
from aleator.cli import app
from aleator.cli.app import COMMANDS, Command, run


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    printed = capsys.readouterr().out
    assert not [one.name for one in COMMANDS if one.name not in printed or one.help not in printed]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_every_command_loads_and_says_the_same_of_itself(command: Command) -> None:
    loaded = command.load()
    if not isinstance(loaded, typer.Typer):
        assert (inspect.getdoc(loaded) or "").splitlines()[0] == command.help


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_every_command_explains_itself(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command.name, "--help"]) == 0
    assert command.help in " ".join(capsys.readouterr().out.split())


def test_families_and_target_do_not_wait_for_torch() -> None:
    program = (
        "import sys; from aleator.cli.app import run\n"
        "assert run(['families', '--json']) == 0\n"
        "assert run(['target', 'gaussian', 'mu=0', 'sigma=1', '--json']) == 0\n"
        "assert not {'torch', 'transformers', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"aleator {aleator.__version__}\n"


@pytest.mark.parametrize("arguments", [["bogus"], ["families", "--bogus"], ["target"], []])
def test_wrong_usage_is_wrong_input(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    assert "Usage:" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("interrupted", 130, "interrupted. What was finished is kept"),
        ("refused", 1, "adapter on and off give the same answers."),
        ("unknown", 2, "unknown recipe '[bold]wide[/bold]'"),
        ("unwritable", 2, "cannot write runs/a: no space left on device; free some space."),
    ],
)
def test_a_problem_is_one_sentence_on_stderr(
    name: str,
    status: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(app, "COMMANDS", (Command(name, "tests.cli.ending_commands", name, ""),))
    assert run([name]) == status
    printed = capsys.readouterr()
    assert printed.err.startswith(f"aleator: {sentence}")
    assert printed.err.count("\n") == 1
    assert not printed.out


def test_a_mistake_of_ours_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        app, "COMMANDS", (Command("wrong", "tests.cli.ending_commands", "wrong", ""),)
    )
    with pytest.raises(ValueError, match=r"shape \[3\]"):
        run(["wrong"])


def test_a_process_ends_with_the_status() -> None:
    command = [sys.executable, "-m", "aleator", "target", "gausian"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "did you mean 'gaussian'?" in done.stderr
    assert "Traceback" not in done.stderr
