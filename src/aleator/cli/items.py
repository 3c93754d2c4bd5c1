"""`aleator items`: the published item parameters, in a file that can be read without running it."""

from pathlib import Path
from typing import Annotated

import typer

from aleator.benchmarks.item_parameters import ItemsFile
from aleator.benchmarks.pickled_items import convert_items
from aleator.cli.console import print_json


def items(
    pickled: Annotated[
        Path, typer.Argument(metavar="PICKLE", help="tinyBenchmarks.pkl, as its authors give it.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The safetensors file to write.")],
    sha256: Annotated[
        str | None, typer.Option(metavar="HEX", help="The SHA-256 that PICKLE should have.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Take item parameters out of a pickled file."""
    expected = None if sha256 is None else sha256.lower()
    digest = convert_items(ItemsFile(pickled, expected), out)
    if as_json:
        print_json({"file": str(out), "sha256": digest})
    else:
        typer.echo(f"{out}@{digest}")
