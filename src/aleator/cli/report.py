"""`aleator report`: one page from evaluations."""

from pathlib import Path
from typing import Annotated

import typer

from aleator.report.load import load_results
from aleator.report.page import write_page


def report(
    directories: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR…", help="What `aleator eval` wrote, or a folder that holds several."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write.")] = Path(
        "report.html"
    ),
) -> None:
    """Write one page from evaluations."""
    write_page(load_results(directories), out)
    typer.echo(out)
