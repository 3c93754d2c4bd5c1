"""`aleator eval`: measure a model, with or without an adapter."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from aleator.benchmarks.catalogue import BenchSettings
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.knowledge_tasks import LOCAL
from aleator.benchmarks.method_settings import METHODS, MethodSettings
from aleator.benchmarks.novelty_judges import RULE, VALIDITY
from aleator.benchmarks.novelty_sets import SANDBOX_SET
from aleator.benchmarks.numeric import TEST_SPLITS
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.benchmarks.subject import Hosted, Opened, Served, adapter_decimals, open_model
from aleator.cli import endpoint_options as server
from aleator.cli import engine_options as hosting
from aleator.cli import eval_options as option
from aleator.cli.checkup import warn_of_failures
from aleator.cli.console import STDERR, report_problem
from aleator.cli.eval_figures import headline_figures
from aleator.cli.eval_settings import Extent, known, names, scales
from aleator.cli.limits import parse_limits
from aleator.errors import InputError
from aleator.models.quantisation import Wanted
from aleator.outcomes.lattice import DEFAULT_DECIMALS
from aleator.sampling.served import EndpointSettings
from aleator.sampling.vllm_settings import VllmSettings

_TEST_SPLITS = ",".join(TEST_SPLITS)


def evaluate(
    model: option.Model,
    out: option.Out,
    bench: option.Benches = "numeric",
    adapter: option.Adapter = None,
    adapter_scale: option.AdapterScale = None,
    limit: option.Limit = None,
    draws: option.Drawn = None,
    decimals: option.Decimals = None,
    splits: option.Splits = _TEST_SPLITS,
    seed: option.Seed = 0,
    targets: option.Targets = None,
    method: option.MethodName = "plain",
    temperature: option.Temperature = None,
    novelty_sets: option.NoveltySets = SANDBOX_SET,
    novelty_file: option.NoveltyFile = None,
    novelty_partition: option.NoveltyPartition = RULE,
    novelty_scorer: option.NoveltyScorer = VALIDITY,
    knowledge_tasks: option.KnowledgeTasks = LOCAL,
    knowledge_items: option.KnowledgeItems = None,
    perplexity_texts: option.PerplexityTexts = PerplexitySettings.texts,
    perplexity_files: option.PerplexityFiles = None,
    perplexity_context: option.PerplexityContext = PerplexitySettings.context,
    perplexity_stride: option.PerplexityStride = PerplexitySettings.stride,
    engine: hosting.Engine = hosting.LOCAL,
    engine_args: hosting.EngineArgs = None,
    endpoint: server.EndpointUrl = None,
    api_key_env: server.ApiKeyEnv = server.DEFAULT_KEY_ENV,
    concurrency: server.Concurrency = server.DEFAULT_CONCURRENCY,
    timeout: server.Timeout = server.DEFAULT_TIMEOUT,
    request_fields: server.RequestFields = None,
    quantisation: option.Rounded = None,
    trust_remote_code: option.TrustRemoteCode = False,
) -> None:
    """Measure how far a model is from its targets."""
    benches, digits = names(bench), _decimals(adapter, decimals)
    extent = Extent(parse_limits(limit, benches), draws, seed)
    judges = (novelty_partition, novelty_scorer)
    windows = (perplexity_context, perplexity_stride)
    settings = BenchSettings(
        numeric=extent.numeric(splits, digits),
        closed_sets=extent.closed_sets(targets),
        open_ended=extent.open_ended(),
        mcq_positions=extent.mcq_positions(),
        novelty=extent.novelty(novelty_sets, novelty_file, *judges),
        knowledge=extent.knowledge(knowledge_tasks, knowledge_items),
        perplexity=extent.perplexity(perplexity_texts, perplexity_files, *windows),
    )
    way = MethodSettings(known("method", method, METHODS), temperature, fit_decimals=digits)
    said = shlex.join(["aleator", *sys.argv[1:]])
    request = EvaluationRequest(model, out, benches, adapter, seed, settings, way, said)
    asked = server.endpoint_settings(
        endpoint, model, api_key_env, concurrency, timeout, request_fields
    )
    hosted = hosting.engine_settings(engine, engine_args, endpoint, adapter_scale, temperature)
    requests = _by_scale(request, scales(adapter_scale, adapter))
    _evaluate(requests, hosted or asked, quantisation, trust_code=trust_remote_code)


def _by_scale(
    request: EvaluationRequest, factors: tuple[float, ...]
) -> dict[float | None, EvaluationRequest]:
    """One evaluation a scale; several have folders of their own."""
    if len(factors) < 2:
        return {factors[0] if factors else None: request}
    return {one: replace(request, out=request.out / f"scale-{one:g}") for one in factors}


def _evaluate(
    requests: dict[float | None, EvaluationRequest],
    elsewhere: EndpointSettings | VllmSettings | None,
    quantisation: Wanted | None,
    *,
    trust_code: bool,
) -> None:
    """Check all evaluations before the model is loaded, once for all of them."""
    for request in requests.values():
        request.check(logits=elsewhere is None)
    first = next(iter(requests.values()))
    opened = _open(
        first.model, first.adapter, elsewhere, quantisation, trust_remote_code=trust_code
    )
    for scale, request in requests.items():
        if scale is not None and isinstance(opened, Opened):
            opened = opened.scaled(scale)
        _tell(_run_with_progress(request, opened), request.benches, scale)


def _open(
    model: str,
    adapter: Path | None,
    elsewhere: EndpointSettings | VllmSettings | None,
    quantisation: Wanted | None,
    *,
    trust_remote_code: bool,
) -> Opened | Served | Hosted:
    if elsewhere is not None and quantisation == "nf4":
        raise InputError("--quantisation nf4 is for models loaded here, not in a server or in vLLM")
    if isinstance(elsewhere, VllmSettings):
        return hosting.open_engine(
            model,
            adapter,
            elsewhere,
            unrounded=quantisation is not None,
            trust_remote_code=trust_remote_code,
        )
    if elsewhere is not None:
        if adapter is not None:
            raise InputError("--adapter is for models loaded here: let the server load it")
        return server.open_served(elsewhere)
    opened = open_model(
        model, adapter, quantisation=quantisation, trust_remote_code=trust_remote_code
    )
    warn_of_failures(opened.loaded)
    if opened.adapter_silent:
        report_problem(
            f"warning: the adapter in {opened.adapter} changes nothing, so this measures the model "
            "without it; was it trained?"
        )
    return opened


def _run_with_progress(request: EvaluationRequest, opened: Opened | Served | Hosted) -> Path:
    progress = _progress()
    tasks = {name: progress.add_task(name, total=None) for name in request.benches}

    def advance(name: str, done: int, total: int) -> None:
        progress.start()  # not before something is measured, so that a refusal stands alone
        progress.update(tasks[name], completed=done, total=total)

    try:
        return run_evaluation(request, opened, advance)
    finally:
        if progress.live.is_started:
            progress.stop()


def _tell(result: Path, benches: tuple[str, ...], scale: float | None) -> None:
    """The first figures on stdout, and last of all where the rest is."""
    if scale is not None:
        typer.echo(f"adapter at scale {scale:g}")
    for line in headline_figures(result, benches):
        typer.echo(line)
    typer.echo(result)


def _decimals(adapter: Path | None, wanted: int | None) -> int:
    """Decimals of the targets: as asked for, or those that the adapter was trained on."""
    found = adapter_decimals(adapter) if adapter is not None and wanted is None else wanted
    return DEFAULT_DECIMALS if found is None else found


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=STDERR,
    )
