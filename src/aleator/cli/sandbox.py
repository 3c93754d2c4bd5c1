"""`aleator sandbox`: the small model that ships with the package."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table
from safetensors import safe_open

import aleator.sandbox
from aleator.cli.console import STDOUT, print_json
from aleator.cli.sandbox_build import build
from aleator.errors import ModelError
from aleator.files import Row, as_object, read_json, read_text

SANDBOX_MODEL = Path(aleator.sandbox.__file__).resolve().parent / "model"

app = typer.Typer(no_args_is_help=True)
app.command("build")(build)


@dataclass(frozen=True)
class ModelFacts:
    """What a model's files say, without loading it.

    Attributes:
        path: The model's folder.
        architecture: The class that its configuration names.
        parameters: Count of numbers in its weights, tied ones once.
        megabytes: Size of the weights file, in 10^6 bytes.
        vocabulary: Count of tokens.
        layers: Count of decoder layers.
        sha256: Of the weights file, which tells two builds apart.
    """

    path: Path
    architecture: str
    parameters: int
    megabytes: float
    vocabulary: int
    layers: int
    sha256: str

    def as_row(self) -> Row:
        """What `--json` prints of it."""
        return {**vars(self), "path": str(self.path)}


@app.command("info")
def show_info(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Say what the sandbox model is and is not, and where it lies."""
    facts = read_facts(SANDBOX_MODEL)
    if as_json:
        print_json(facts.as_row())
        return
    table = Table(box=None, show_header=False)
    for name, value in facts.as_row().items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    STDOUT.print(table)
    STDOUT.print(Markdown(_card(SANDBOX_MODEL)))


def read_facts(folder: Path) -> ModelFacts:
    """Read a model's configuration and the head of its weights.

    Raises:
        ModelError: The folder lacks its weights, or its configuration lacks a field.
        InputError: The configuration cannot be read.
    """
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{folder} holds no model.safetensors; run `aleator sandbox build`.")
    config = as_object(read_json(folder / "config.json"), folder / "config.json")
    match config:
        case {
            "architectures": [str(architecture)],
            "vocab_size": int(vocabulary),
            "num_hidden_layers": int(layers),
        }:
            pass
        case _:
            raise ModelError(f"{folder / 'config.json'} does not describe a causal model.")
    return ModelFacts(
        path=folder,
        architecture=architecture,
        parameters=_count_parameters(weights),
        megabytes=round(weights.stat().st_size / 1e6, 2),
        vocabulary=vocabulary,
        layers=layers,
        sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
    )


def _count_parameters(weights: Path) -> int:
    with safe_open(weights, framework="np") as tensors:
        names = tensors.keys()
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)


def _card(folder: Path) -> str:
    """The model card without its metadata header."""
    text = read_text(folder / "README.md")
    if text.startswith("---\n"):
        text = text.partition("\n---\n")[2]
    return text
