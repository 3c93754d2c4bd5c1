"""Options of `aleator eval`; `eval_settings` says which settings of benchmarks they stand for."""

from pathlib import Path
from typing import Annotated

import typer

from aleator.benchmarks.catalogue import BENCHMARKS
from aleator.benchmarks.knowledge_tasks import CHOICES
from aleator.benchmarks.method_settings import METHODS
from aleator.benchmarks.novelty_sets import SETS
from aleator.benchmarks.perplexity_texts import TEXTS
from aleator.distributions.grids import SPLITS
from aleator.models.quantisation import Wanted

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="sandbox, a directory, a hub id, or its name at --endpoint."
    ),
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Where result.json and rows/ go.")]
Benches = Annotated[str, typer.Option(metavar="A,B,…", help=f"Of: {', '.join(BENCHMARKS)}.")]
Adapter = Annotated[
    Path | None, typer.Option(metavar="DIR", help="A training run's folder, or the adapter/ in it.")
]
AdapterScale = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,…",
        help="How many times the adapter's update counts, 0 for the model without it, 1 as it was "
        "trained; several, as 0,0.25,0.5,1, are evaluated one after another into DIR/scale-0, …",
    ),
]
Limit = Annotated[
    str | None,
    typer.Option(
        metavar="N|NAME=N,…",
        help="At most so many prompts a split or set; or of single benchmarks, as "
        "closed_sets=20,mcq_positions=2 (the latter in hundreds of questions).",
    ),
]
Drawn = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Answers drawn a prompt; 0 for exact figures only. By default each benchmark's own: "
        "numeric and mcq_positions 1000, open_ended 100, novelty 10, closed_sets 0.",
    ),
]
Decimals = Annotated[
    int | None, typer.Option(min=0, help="Of the targets; the adapter's, or 2, by default.")
]
Splits = Annotated[str, typer.Option(metavar="A,B,…", help=f"numeric: of {', '.join(SPLITS)}.")]
Seed = Annotated[int, typer.Option(min=0, help="Of everything drawn.")]
Targets = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="closed_sets: a target file, or the name of one that came with aleator, instead of "
        "the benchmark's own sets.",
    ),
]
MethodName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help=f"How it is asked, of: {', '.join(METHODS)}; for numeric, closed_sets, open_ended.",
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option(help="Of --method temperature; fitted on training prompts by default."),
]
NoveltySets = Annotated[str, typer.Option(metavar="A,B,…", help=f"novelty: of {', '.join(SETS)}.")]
NoveltyFile = Annotated[
    Path | None, typer.Option(metavar="JSONL", help="novelty: prompts of your own instead.")
]
NoveltyPartition = Annotated[
    str, typer.Option(help="novelty: who says what is the same: rule, published, or a model.")
]
NoveltyScorer = Annotated[
    str, typer.Option(help="novelty: who rates answers: validity, published, or a model.")
]
PerplexityTexts = Annotated[
    str, typer.Option(metavar="NAME", help=f"perplexity: {', '.join(TEXTS)}.")
]
PerplexityFiles = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="perplexity: texts of your own instead, a .jsonl or .jsonl.gz file or a folder of "
        "slices, laid out as PALOMA.",
    ),
]
PerplexityContext = Annotated[
    int, typer.Option(min=2, help="perplexity: tokens of a window, at most the model's positions.")
]
PerplexityStride = Annotated[
    int, typer.Option(min=1, help="perplexity: tokens from one window's beginning to the next's.")
]
KnowledgeTasks = Annotated[
    str, typer.Option(metavar="A,B,…", help=f"knowledge: of {', '.join(CHOICES)}.")
]
KnowledgeItems = Annotated[
    str | None,
    typer.Option(
        metavar="FILE[@SHA256]",
        help="knowledge: item parameters for gp-IRT, as `aleator items` writes them.",
    ),
]
Rounded = Annotated[
    Wanted | None,
    typer.Option(
        help="Round the model's weights to four bits (bitsandbytes); by default what the adapter "
        "was trained with.",
    ),
]
TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
]
