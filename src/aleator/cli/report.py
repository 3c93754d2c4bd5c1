"""`aleator report`: a page from evaluations; of several models an overview and a page each."""

from pathlib import Path
from typing import Annotated

import typer

from aleator.report.load import load_results
from aleator.report.pages import write_pages


def report(
    directories: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR…",
            help="What `aleator eval` wrote, or a folder that holds several, as `aleator matrix` "
            "leaves it.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="The page to write; those of several models go to FILE's name with -models.",
        ),
    ] = Path("report.html"),
) -> None:
    """Write a page from evaluations, or a page a model."""
    for page in write_pages(load_results(directories), out):
        typer.echo(page)
