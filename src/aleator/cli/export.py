"""`aleator export`: a finished training run as a folder that others load."""

from pathlib import Path
from typing import Annotated

import typer

from aleator.cli.console import STDERR
from aleator.errors import InputError
from aleator.report.export import ExportRequest
from aleator.report.export import export as run_export
from aleator.report.push import check_repository, push_folder


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where to; must be empty or not there yet.")
    ],
    merged: Annotated[
        bool, typer.Option("--merged", help="The base model with the adapter added to its weights.")
    ] = False,
    adapter: Annotated[
        bool, typer.Option("--adapter", help="The adapter alone; that is the default.")
    ] = False,
    evaluations: Annotated[
        list[Path] | None,
        typer.Option(
            "--eval",
            metavar="DIR",
            help="What `aleator eval` wrote of the model or of this adapter, or a folder that "
            "holds both, for the card's figures; give it as often as needed.",
        ),
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(metavar="OWNER/NAME", help="Upload it to this repository of the hub."),
    ] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the base model.")
    ] = False,
) -> None:
    """Write an adapter or a merged model for others."""
    if merged and adapter:
        raise InputError("--merged and --adapter are two exports: give one of them")
    if push is not None:
        check_repository(push)
    request = ExportRequest(
        run=run,
        out=out,
        kind="merged" if merged else "adapter",
        evaluations=tuple(evaluations or ()),
        name=push,
        trust_remote_code=trust_remote_code,
    )
    folder = run_export(request)
    if not evaluations:
        STDERR.print("no --eval was given: the card says that nothing was measured")
    typer.echo(folder)
    if push is not None:
        typer.echo(push_folder(folder, push))
