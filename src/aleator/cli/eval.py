"""`aleator eval`: measure a model, with or without an adapter."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from aleator.benchmarks.catalogue import BENCHMARKS, BenchSettings
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.method_settings import METHODS, Method, MethodSettings
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.novelty_judges import RULE, VALIDITY
from aleator.benchmarks.novelty_sets import SANDBOX_SET
from aleator.benchmarks.numeric import TEST_SPLITS, NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
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
        int | None,
        typer.Option(
            min=0,
            help="Answers drawn a prompt; 0 for exact figures only. By default each benchmark's "
            "own: numeric and mcq_positions 1000, open_ended 100, novelty 10, closed_sets 0.",
        ),
    ] = None,
    decimals: Annotated[
        int | None,
        typer.Option(min=0, help="Of the targets; the adapter's, or 2, by default."),
    ] = None,
    splits: Annotated[
        str, typer.Option(metavar="A,B,…", help=f"Of: {', '.join(SPLITS)}.")
    ] = ",".join(TEST_SPLITS),
    seed: Annotated[int, typer.Option(min=0, help="Of everything drawn.")] = 0,
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="closed_sets: a target file instead of our own sets."),
    ] = None,
    method: Annotated[str, typer.Option(help=f"How it is asked: {', '.join(METHODS)}.")] = "plain",
    temperature: Annotated[
        float | None,
        typer.Option(help="Of --method temperature; fitted on training prompts by default."),
    ] = None,
    novelty_sets: Annotated[
        str, typer.Option(metavar="A,B,…", help="Of: sandbox, curated, wildchat.")
    ] = SANDBOX_SET,
    novelty_file: Annotated[
        Path | None, typer.Option(metavar="JSONL", help="Prompts of your own instead of sets.")
    ] = None,
    novelty_partition: Annotated[
        str, typer.Option(help="Who says what is the same: rule, published, or a model.")
    ] = RULE,
    novelty_scorer: Annotated[
        str, typer.Option(help="Who rates answers: validity, published, or a model.")
    ] = VALIDITY,
    endpoint: EndpointUrl = None,
    api_key_env: ApiKeyEnv = DEFAULT_KEY_ENV,
    concurrency: Concurrency = DEFAULT_CONCURRENCY,
    timeout: Timeout = DEFAULT_TIMEOUT,
    request_fields: RequestFields = None,
    trust_remote_code: TrustRemoteCode = False,
) -> None:
    """Measure how far a model is from its targets."""
    found = adapter_decimals(adapter) if adapter is not None and decimals is None else decimals
    digits = DEFAULT_DECIMALS if found is None else found

    def chosen(default: int) -> int:
        return default if draws is None else draws

    numeric = NumericSettings(
        splits=_splits(splits),
        limit=limit,
        draws=chosen(NumericSettings.draws),
        decimals=digits,
        seed=seed,
    )
    novelty = NoveltySettings(
        sets=tuple(_names(novelty_sets)),
        file=novelty_file,
        limit=limit,
        draws=chosen(NoveltySettings.draws),
        seed=seed,
        partition=novelty_partition,
        scorer=novelty_scorer,
    )
    request = EvaluationRequest(
        model=model,
        out=out,
        benches=tuple(_names(bench)),
        adapter=adapter,
        seed=seed,
        settings=BenchSettings(
            numeric=numeric,
            closed_sets=ClosedSetsSettings(limit, chosen(ClosedSetsSettings.draws), seed, targets),
            open_ended=OpenEndedSettings(limit, chosen(OpenEndedSettings.draws), seed),
            mcq_positions=McqSettings(limit, chosen(McqSettings.draws), seed),
            novelty=novelty,
        ),
        method=MethodSettings(_method(method), temperature, fit_decimals=digits),
        command=shlex.join(["aleator", *sys.argv[1:]]),
    )
    request.check(logits=endpoint is None)
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


def _method(name: str) -> Method:
    for known in METHODS:
        if name == known:
            return known
    raise UnknownNameError("method", name, METHODS)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=STDERR,
    )
