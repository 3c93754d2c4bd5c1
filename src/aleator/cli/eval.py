"""`aleator eval`: measure a model, with or without an adapter."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from aleator.benchmarks.evaluation import (
    BENCHMARKS,
    EvaluationRequest,
    check_benches,
    run_evaluation,
)
from aleator.benchmarks.numeric import TEST_SPLITS, NumericSettings
from aleator.benchmarks.subject import Opened, Served, adapter_decimals, open_model
from aleator.cli.console import STDERR, report_problem
from aleator.cli.endpoint_options import (
    DEFAULT_CONCURRENCY,
    DEFAULT_KEY_ENV,
    DEFAULT_TIMEOUT,
    ApiKeyEnv,
    Concurrency,
    EndpointUrl,
    RequestFields,
    Timeout,
    endpoint_settings,
    open_served,
)
from aleator.distributions.grids import SPLITS, Split
from aleator.errors import InputError, UnknownNameError
from aleator.outcomes.lattice import DEFAULT_DECIMALS
from aleator.sampling.served import EndpointSettings

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="sandbox, a directory, a hub id, or its name at --endpoint."
    ),
]
TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
]


def evaluate(
    model: Model,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where result.json and rows/ go.")],
    bench: Annotated[
        str, typer.Option(metavar="A,B,…", help=f"Of: {', '.join(BENCHMARKS)}.")
    ] = "numeric",
    adapter: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A training run's folder, or the adapter/ in it."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many prompts a split or set.")
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Answers drawn a prompt; 0 for exact figures only.")
    ] = 1000,
    decimals: Annotated[
        int | None,
        typer.Option(min=0, help="Of the targets; the adapter's, or 2, by default."),
    ] = None,
    splits: Annotated[
        str, typer.Option(metavar="A,B,…", help=f"Of: {', '.join(SPLITS)}.")
    ] = ",".join(TEST_SPLITS),
    seed: Annotated[int, typer.Option(min=0, help="Of everything drawn.")] = 0,
    endpoint: EndpointUrl = None,
    api_key_env: ApiKeyEnv = DEFAULT_KEY_ENV,
    concurrency: Concurrency = DEFAULT_CONCURRENCY,
    timeout: Timeout = DEFAULT_TIMEOUT,
    request_fields: RequestFields = None,
    trust_remote_code: TrustRemoteCode = False,
) -> None:
    """Measure how far a model is from its targets."""
    benches = tuple(_names(bench))
    check_benches(benches, by_draws=endpoint is not None)
    found = adapter_decimals(adapter) if adapter is not None and decimals is None else decimals
    request = EvaluationRequest(
        model=model,
        out=out,
        benches=benches,
        adapter=adapter,
        numeric=NumericSettings(
            splits=_splits(splits),
            limit=limit,
            draws=draws,
            decimals=DEFAULT_DECIMALS if found is None else found,
            seed=seed,
        ),
        command=shlex.join(["aleator", *sys.argv[1:]]),
    )
    served = endpoint_settings(endpoint, model, api_key_env, concurrency, timeout, request_fields)
    opened = _open(model, adapter, served, trust_remote_code=trust_remote_code)
    typer.echo(_run_with_progress(request, opened))


def _open(
    model: str, adapter: Path | None, served: EndpointSettings | None, *, trust_remote_code: bool
) -> Opened | Served:
    if served is not None:
        if adapter is not None:
            raise InputError("--adapter is for models loaded here: let the server load it")
        return open_served(served)
    opened = open_model(model, adapter, trust_remote_code=trust_remote_code)
    if opened.adapter_silent:
        report_problem(
            f"warning: the adapter in {opened.adapter} changes nothing, so this measures the model "
            "without it; was it trained?"
        )
    return opened


def _run_with_progress(request: EvaluationRequest, opened: Opened | Served) -> Path:
    with _progress() as progress:
        tasks = {name: progress.add_task(name, total=None) for name in request.benches}

        def advance(name: str, done: int, total: int) -> None:
            progress.update(tasks[name], completed=done, total=total)

        return run_evaluation(request, opened, advance)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _splits(listed: str) -> tuple[Split, ...]:
    names = _names(listed)
    for name in names:
        if name not in SPLITS:
            raise UnknownNameError("split", name, SPLITS)
    return tuple(split for split in SPLITS if split in names) if names else TEST_SPLITS


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=STDERR,
    )
