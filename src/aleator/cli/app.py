"""The `aleator` command: which commands there are, and how each ends.

A command is one file in this folder and one row in `COMMANDS`. Only the file of the command that
was asked for is imported, so that `aleator families` does not wait for torch; the others lend their
name and one line of help.

Exit status: 0 done, 1 a check said no, 2 wrong input, 130 interrupted.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import typer

import aleator
from aleator.cli.console import report_problem
from aleator.errors import AleatorError

_INTERRUPTED = 130
_HELP = "Teach a language model to sample from the distribution it is asked for."


@dataclass(frozen=True)
class Command:
    """One row of the table below.

    Attributes:
        name: What the user types.
        module: The file that holds it.
        attribute: The function in that file, or the `typer.Typer` of a command with subcommands.
        help: What `aleator --help` says; the first line of the function's docstring.
    """

    name: str
    module: str
    attribute: str
    help: str

    def load(self) -> Callable[..., None] | typer.Typer:
        """Import the command's file and return what runs it."""
        return getattr(import_module(self.module), self.attribute)


COMMANDS = (
    Command("demo", "aleator.cli.demo", "demo", "Calibrate the sandbox model and prove it."),
    Command("train", "aleator.cli.train", "train", "Train an adapter."),
    Command("eval", "aleator.cli.eval", "evaluate", "Measure how far a model is from its targets."),
    Command(
        "compare",
        "aleator.cli.compare",
        "compare",
        "Compare soft and hard targets with equal budgets.",
    ),
    Command(
        "matrix",
        "aleator.cli.matrix",
        "matrix",
        "Train and measure many models, on one machine or many.",
    ),
    Command("sample", "aleator.cli.sample", "sample", "Show what a model answers and how often."),
    Command("items", "aleator.cli.items", "items", "Take item parameters out of a pickled file."),
    Command(
        "report",
        "aleator.cli.report",
        "report",
        "Write a page from evaluations, or a page a model.",
    ),
    Command(
        "export", "aleator.cli.export", "export", "Write an adapter or a merged model for others."
    ),
    Command("target", "aleator.cli.target", "target", "List the outcomes of one target."),
    Command("families", "aleator.cli.families", "families", "List the distribution families."),
    Command("doctor", "aleator.cli.doctor", "doctor", "Check a model for silent mistakes."),
    Command("recipes", "aleator.cli.recipes", "app", "List, show and copy training recipes."),
    Command("sandbox", "aleator.cli.sandbox", "app", "Describe or rebuild the sandbox model."),
)


def build_app(wanted: str | None) -> typer.Typer:
    """Make the application with the command `wanted` in full and the others by name only."""
    app = typer.Typer(
        help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_options)
    for command in COMMANDS:
        loaded = command.load() if command.name == wanted else _name_only
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=command.name, help=command.help)
        else:
            app.command(command.name, help=None if command.name == wanted else command.help)(loaded)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status; problems are told on stderr."""
    wanted = arguments[0] if arguments else None
    try:
        build_app(wanted)(list(arguments), prog_name="aleator")
    except AleatorError as error:
        report_problem(str(error))
        return error.exit_status
    except (KeyboardInterrupt, SystemExit) as ending:
        status = _status_of(ending)
        if status == _INTERRUPTED:
            report_problem(
                "interrupted. What was finished is kept; the same command takes it up again."
            )
        return status
    return 0


def main() -> None:
    """Run the command line this process was started with."""
    sys.exit(run(sys.argv[1:]))


def _status_of(ending: KeyboardInterrupt | SystemExit) -> int:
    if isinstance(ending, KeyboardInterrupt):
        return _INTERRUPTED
    if ending.code is None:
        return 0
    return ending.code if isinstance(ending.code, int) else 1


def _name_only() -> None:
    """Stand in the list of commands for one that was not asked for."""


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"aleator {aleator.__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass
