"""Where the command line writes: results to stdout, progress and problems to stderr."""

import json

import typer
from rich.console import Console
from rich.text import Text

from aleator.files import JsonValue

STDOUT = Console()
"""For results that a person reads: tables and charts."""

STDERR = Console(stderr=True)
"""For progress and problems, so that stdout can be piped."""


def print_json(value: JsonValue) -> None:
    """Write `value` to stdout as JSON for a program: no colours, no wrapping, no NaN."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def report_problem(sentence: str) -> None:
    """Tell the user on stderr, in one sentence, what went wrong."""
    text = Text.assemble(("aleator: ", "bold red"), sentence)
    STDERR.print(text, soft_wrap=True)
