"""`aleator recipes`: list, show and copy the recipes, target files and matrices of aleator."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from aleator.cli.console import STDERR, STDOUT, print_json
from aleator.errors import InputError, UnknownNameError
from aleator.files import read_text, write_text
from aleator.recipe_files import (
    matrix_names,
    matrix_path,
    recipe_names,
    recipe_path,
    recipe_summary,
    target_file_names,
    target_file_path,
)

app = typer.Typer(no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="A recipe's name; `aleator recipes list` lists them.")]


@app.command("list")
def list_recipes(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the recipes, target files and matrices."""
    names = _names()
    summaries = {name: recipe_summary(_path(name)) for name in names}
    if as_json:
        print_json([{"name": name, "summary": text} for name, text in summaries.items()])
        return
    table = Table("recipe", "what it is for", box=SIMPLE_HEAD)
    for name, text in summaries.items():
        table.add_row(name, text)
    STDOUT.print(table)


@app.command("show")
def show_recipe(name: _Name) -> None:
    """Print a recipe, target file or matrix."""
    typer.echo(read_text(_path(name)), nl=False)


@app.command("copy")
def copy_recipe(
    name: _Name,
    to: Annotated[
        Path | None, typer.Argument(help="File to write; NAME.yaml in this folder by default.")
    ] = None,
) -> None:
    """Copy a recipe, target file or matrix to a file of your own, to edit."""
    source = _path(name)
    destination = Path(source.name) if to is None else to
    if destination.is_dir():
        destination = destination / source.name
    if destination.exists():
        raise InputError(f"{destination} exists already; name another file.")
    write_text(destination, read_text(source))
    STDERR.print(f"wrote {destination}", highlight=False)


def _names() -> tuple[str, ...]:
    return (*recipe_names(), *target_file_names(), *matrix_names())


def _path(name: str) -> Path:
    """The file of that name, whatever it is."""
    if name in target_file_names():
        return target_file_path(name)
    if name in matrix_names():
        return matrix_path(name)
    if name not in recipe_names():
        raise UnknownNameError("recipe", name, _names())
    return recipe_path(name)
