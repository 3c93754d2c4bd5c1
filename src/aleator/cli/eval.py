"""`aleator eval`: measure a model, with or without an adapter."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.method_settings import METHODS, MethodSettings
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.novelty_judges import RULE, VALIDITY
from aleator.benchmarks.novelty_sets import SANDBOX_SET
from aleator.benchmarks.numeric import TEST_SPLITS, NumericSettings
from aleator.benchmarks.perplexity_texts import PerplexitySettings
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
from aleator.cli.eval_options import (
    Adapter,
    Benches,
    Decimals,
    Drawn,
    Extent,
    Limit,
    MethodName,
    Model,
    NoveltyFile,
    NoveltyPartition,
    NoveltyScorer,
    NoveltySets,
    Out,
    PerplexityContext,
    PerplexityFiles,
    PerplexityStride,
    PerplexityTexts,
    Seed,
    Splits,
    Targets,
    Temperature,
    TrustRemoteCode,
    known,
    names,
)
from aleator.distributions.grids import SPLITS, Split
from aleator.errors import InputError
from aleator.outcomes.lattice import DEFAULT_DECIMALS
from aleator.sampling.served import EndpointSettings

_TEST_SPLITS = ",".join(TEST_SPLITS)


def evaluate(
    model: Model,
    out: Out,
    bench: Benches = "numeric",
    adapter: Adapter = None,
    limit: Limit = None,
    draws: Drawn = None,
    decimals: Decimals = None,
    splits: Splits = _TEST_SPLITS,
    seed: Seed = 0,
    targets: Targets = None,
    method: MethodName = "plain",
    temperature: Temperature = None,
    novelty_sets: NoveltySets = SANDBOX_SET,
    novelty_file: NoveltyFile = None,
    novelty_partition: NoveltyPartition = RULE,
    novelty_scorer: NoveltyScorer = VALIDITY,
    perplexity_texts: PerplexityTexts = PerplexitySettings.texts,
    perplexity_files: PerplexityFiles = None,
    perplexity_context: PerplexityContext = PerplexitySettings.context,
    perplexity_stride: PerplexityStride = PerplexitySettings.stride,
    endpoint: EndpointUrl = None,
    api_key_env: ApiKeyEnv = DEFAULT_KEY_ENV,
    concurrency: Concurrency = DEFAULT_CONCURRENCY,
    timeout: Timeout = DEFAULT_TIMEOUT,
    request_fields: RequestFields = None,
    trust_remote_code: TrustRemoteCode = False,
) -> None:
    """Measure how far a model is from its targets."""
    extent = Extent(limit, draws, seed)
    digits = _decimals(adapter, decimals)
    asked, sets = _splits(splits), names(novelty_sets)
    numeric = NumericSettings(asked, limit, extent.drawn(NumericSettings.draws), digits, seed)
    answers = extent.drawn(NoveltySettings.draws)
    novelty = NoveltySettings(sets, novelty_file, limit, answers, seed)
    novelty = replace(novelty, partition=novelty_partition, scorer=novelty_scorer)
    windows = (perplexity_context, perplexity_stride)
    perplexity = PerplexitySettings(limit, *windows, perplexity_texts, perplexity_files, seed)
    settings = replace(extent.settings(numeric, novelty, targets), perplexity=perplexity)
    way = known("method", method, METHODS)
    request = EvaluationRequest(
        model=model,
        out=out,
        benches=names(bench),
        adapter=adapter,
        seed=seed,
        settings=settings,
        method=MethodSettings(way, temperature, fit_decimals=digits),
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


def _decimals(adapter: Path | None, wanted: int | None) -> int:
    """Decimals of the targets: as asked for, or those that the adapter was trained on."""
    found = adapter_decimals(adapter) if adapter is not None and wanted is None else wanted
    return DEFAULT_DECIMALS if found is None else found


def _splits(listed: str) -> tuple[Split, ...]:
    chosen = {known("split", name, SPLITS) for name in names(listed)}
    return tuple(split for split in SPLITS if split in chosen) or TEST_SPLITS


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=STDERR,
    )
