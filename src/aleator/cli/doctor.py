"""`aleator doctor`: what goes wrong without a word, checked on the model at hand."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from aleator.benchmarks.subject import adapter_folder
from aleator.cli.console import STDERR, STDOUT, print_json
from aleator.doctor.examination import examine
from aleator.doctor.findings import Line, Verdict, failures
from aleator.doctor.patient import Patient
from aleator.errors import CheckFailedError
from aleator.models.loading import load_model
from aleator.models.quantisation import adapter_quantisation
from aleator.recipe_files import find_recipe
from aleator.training.recipe import Recipe
from aleator.training.recipe_yaml import read_recipe
from aleator.training.run import TrainRequest

_MARKS: dict[Verdict, tuple[str, str]] = {
    "pass": ("pass", "green"),
    "fail": ("FAIL", "bold red"),
    "not applicable": ("n/a ", "dim"),
}


def doctor(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="sandbox, a directory or a hub id.")
    ],
    adapter: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A training run's folder, or the adapter/ in it."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="RECIPE",
            help="What it would be trained with: a file, or a name of `aleator recipes list`; by "
            "default what `aleator train --method soft` takes.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
    ] = False,
) -> None:
    """Check a model for silent mistakes.

    One line a check. Exit status 1 if one fails.
    """
    wanted = _recipe(model, recipe)
    folder = None if adapter is None else adapter_folder(adapter)
    with STDERR.status(f"loading {model}"):
        rounded = wanted.quantisation if folder is None else adapter_quantisation(folder)
        loaded = load_model(model, quantisation=rounded, trust_remote_code=trust_remote_code)
    lines: list[Line] = []
    with STDERR.status("examining"):
        for line in examine(Patient.admit(loaded, wanted, folder)):
            lines.append(line)
            if not as_json:
                _print(line)
    wrong = failures(lines)
    if as_json:
        print_json(
            {
                "model": model,
                "adapter": None if folder is None else str(folder),
                "passed": not wrong,
                "checks": [line.as_row() for line in lines],
            }
        )
    if wrong:
        names = ", ".join(line.name for line in wrong)
        raise CheckFailedError(f"{len(wrong)} of {len(lines)} checks of {model} failed: {names}")


def _recipe(model: str, name_or_file: str | None) -> Recipe:
    if name_or_file is not None:
        return read_recipe(find_recipe(name_or_file))
    return TrainRequest(model, "soft", Path()).resolved_recipe()


def _print(line: Line) -> None:
    mark, style = _MARKS[line.finding.verdict]
    STDOUT.print(Text.assemble((mark, style), "  ", line.sentence()), soft_wrap=True)
