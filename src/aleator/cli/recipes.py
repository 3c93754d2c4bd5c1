"""`aleator recipes`: list, show and copy the recipes that come with aleator."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from aleator.cli.console import STDERR, STDOUT, print_json
from aleator.errors import InputError
from aleator.files import read_text, write_text
from aleator.recipe_files import recipe_names, recipe_path, recipe_summary

app = typer.Typer(no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="A recipe's name; `aleator recipes list` lists them.")]


@app.command("list")
def list_recipes(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the recipes."""
    summaries = {name: recipe_summary(recipe_path(name)) for name in recipe_names()}
    if as_json:
        print_json([{"name": name, "summary": text} for name, text in summaries.items()])
        return
    table = Table("recipe", "what it is for", box=SIMPLE_HEAD)
    for name, text in summaries.items():
        table.add_row(name, text)
    STDOUT.print(table)


@app.command("show")
def show_recipe(name: _Name) -> None:
    """Print a recipe."""
    typer.echo(read_text(recipe_path(name)), nl=False)


@app.command("copy")
def copy_recipe(
    name: _Name,
    to: Annotated[
        Path | None, typer.Argument(help="File to write; NAME.yaml in this folder by default.")
    ] = None,
) -> None:
    """Copy a recipe to a file of your own, to edit."""
    source = recipe_path(name)
    destination = Path(source.name) if to is None else to
    if destination.is_dir():
        destination = destination / source.name
    if destination.exists():
        raise InputError(f"{destination} exists already; name another file.")
    write_text(destination, read_text(source))
    STDERR.print(f"wrote {destination}", highlight=False)
