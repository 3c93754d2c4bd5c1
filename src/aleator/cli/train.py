"""`aleator train`: train an adapter, or go on with one that was interrupted."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from aleator.cli.assignments import parse_assignments, parse_numbers
from aleator.cli.checkup import warn_of_failures
from aleator.cli.console import STDERR
from aleator.training.metrics_log import validation_figures
from aleator.training.recipe import Method
from aleator.training.run import TrainRequest, TrainResult
from aleator.training.run import train as run_training
from aleator.training.validation import VALIDATION_FIGURES

_Recipe = Annotated[
    str | None,
    typer.Option(
        metavar="RECIPE",
        help="A file, or a name of `aleator recipes list`; sandbox/METHOD for the sandbox and "
        "paper/METHOD for other models by default.",
    ),
]
_Targets = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="A target file of words and their weights, or the name of one that came with aleator; "
        "without --mix it is trained on instead of the numeric families.",
    ),
]
_Mix = Annotated[
    str | None,
    typer.Option(
        metavar="NAME=SHARE,…",
        help="Shares of the numeric families and of target files by name, as "
        "numeric=0.5,mine=0.5; needs max_steps or max_tokens, for a mix has no epochs.",
    ),
]
_Anchor = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="WEIGHT",
        help="Keep everything else as it was: on ordinary prompts, add so many times the KL of the "
        "model without its adapter to the model with it. 0 only measures it; off by default.",
    ),
]
_AnchorPrompts = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|NAME",
        help="What the anchor is laid on: sandbox (the prompts that came with aleator, the "
        "default), a JSONL file, or a data set of the hub as owner/name.",
    ),
]


def train(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="sandbox, a directory or a hub id.")
    ],
    method: Annotated[
        Method, typer.Option(help="Exact next-token targets, or answers drawn from the target.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="The run's folder; the adapter goes to DIR/adapter.")
    ],
    recipe: _Recipe = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as lora.rank=8."),
    ] = None,
    targets: _Targets = None,
    mix: _Mix = None,
    anchor: _Anchor = None,
    anchor_prompts: _AnchorPrompts = None,
    report_to: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An experiment tracker, such as wandb or tensorboard."),
    ] = None,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
    ] = False,
) -> None:
    """Train an adapter.

    The same command again goes on where it was interrupted, and does nothing when it is finished.
    """
    request = TrainRequest(
        model=model,
        method=method,
        out=out,
        recipe=recipe,
        overrides=parse_assignments(overrides or (), "max_steps=100"),
        targets=tuple(targets or ()),
        mix=parse_numbers(mix.split(","), "numeric=0.5") if mix else {},
        anchor=anchor,
        anchor_prompts=anchor_prompts,
        report_to=tuple(report_to or ()),
        command=shlex.join(["aleator", *sys.argv[1:]]),
        trust_remote_code=trust_remote_code,
    )
    result = run_training(request, inspect=warn_of_failures)
    if not result.first_process:
        return
    STDERR.print(_sentence(result), highlight=False, soft_wrap=True)
    typer.echo(result.adapter)


def _sentence(result: TrainResult) -> str:
    """What was spent and what it brought."""
    spent = result.spent
    words = f"{spent.updates:,} updates, {spent.tokens:,} tokens, {spent.seconds:.0f} s"
    if spent.stopped_early:
        words += " (stopped early, the validation's goal was reached)"
    if result.max_tokens is not None:
        left = result.max_tokens - (spent.tokens - spent.anchor_tokens)
        words += f"; {left:,} of max_tokens {result.max_tokens:,} left, less than one more update"
    for name, shown in VALIDATION_FIGURES.items():
        if figures := validation_figures(result.metrics, name):
            words += f"; {shown} {figures[0]:.3f} → {figures[-1]:.3f} nats"
    return words if result.trained else f"finished before: {words}"
