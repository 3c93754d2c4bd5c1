"""`aleator sandbox build`: make the sandbox model again, from nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from aleator.cli.console import STDERR, STDOUT
from aleator.errors import InputError
from aleator.files import JsonValue, check_folder, whole_folder


def build(
    out: Annotated[Path, typer.Option(help="Folder for the model.")] = Path("runs/sandbox/model"),
    work: Annotated[
        Path, typer.Option(help="Folder for finished stages; a killed build goes on from there.")
    ] = Path("runs/sandbox/work"),
    seed: Annotated[int, typer.Option(help="Of texts, prompts and first weights.")] = 11,
    threads: Annotated[
        int, typer.Option(help="Losses computed side by side; the weights do not depend on it.")
    ] = 2,
) -> None:
    """Make the sandbox model from nothing, measure it and write its card: about an hour."""
    # torch takes seconds to load, and `aleator sandbox info` does not need it.
    import torch

    from aleator.sandbox.build import build_model
    from aleator.sandbox.finish import finish_model
    from aleator.sandbox.stages import STAGES

    if threads < 1:
        raise InputError(f"threads={threads}: give at least 1.")
    check_folder(out)
    check_folder(work)
    torch.set_num_threads(threads)
    with Progress(console=STDERR) as progress:
        tasks = {one.name: progress.add_task(one.name, total=one.steps) for one in STAGES}

        def show(line: Mapping[str, JsonValue]) -> None:
            step, stage = line["step"], line["stage"]
            assert isinstance(step, int) and isinstance(stage, str)
            losses = ", ".join(f"{k} {line[k]}" for k in ("documents", "conversations", "prompts"))
            progress.update(tasks[stage], completed=step, description=f"{stage} ({losses})")

        with whole_folder(out) as folder:
            build_model(work, folder, seed=seed, log=show, workers=threads)
            for one in STAGES:
                progress.update(tasks[one.name], completed=one.steps)
            measuring = progress.add_task("measuring", total=None)
            finish_model(folder, work / "measures", seed=seed)
            progress.update(measuring, total=1, completed=1)
    STDOUT.print(f"The model and its card are in {out}; use it as `aleator eval {out} …`.")
