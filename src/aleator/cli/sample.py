"""`aleator sample`: what a model answers and how often, as a bar chart in the terminal."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from aleator.benchmarks.subject import Subject, open_model
from aleator.cli import engine_options as hosting
from aleator.cli.console import STDERR, STDOUT, print_json, report_problem
from aleator.files import JsonValue
from aleator.models.positions import Asked, check_room, model_positions
from aleator.outcomes.numerals import parse_numeral
from aleator.sampling.draws import Draws
from aleator.sampling.vllm_settings import VllmSettings

_BAR_WIDTH = 40
_BLOCKS = " ▏▎▍▌▋▊▉█"
_LONGEST_ANSWER = 48


def sample(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="sandbox, a directory or a hub id.")
    ],
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What to ask it.")],
    draws: Annotated[int, typer.Option("-n", "--draws", min=1, help="How often to ask.")] = 1000,
    adapter: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A training run's folder, or the adapter/ in it."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Show at most so many answers.")] = 20,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in tokens.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    engine: hosting.Engine = hosting.LOCAL,
    engine_args: hosting.EngineArgs = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Run code that comes with the model.")
    ] = False,
) -> None:
    """Show what a model answers and how often."""
    settings = hosting.engine_settings(engine, engine_args)
    subject = _open(model, adapter, settings, trust_remote_code=trust_remote_code)
    if (asked := subject.model) is not None:
        check_room(model_positions(asked.model), [Asked(prompt, asked.prompt_format)])
    with STDERR.status(f"drawing {draws} answers"):
        (drawn,) = subject.answers(max_new_tokens).draw_each([prompt], draws, seed)
    if as_json:
        print_json(_as_json(model, prompt, seed, drawn))
        return
    STDOUT.print(_chart(drawn, top))
    STDOUT.print(AnswerSummary.of(drawn).sentence(), highlight=False, soft_wrap=True)


def _open(
    model: str, adapter: Path | None, settings: VllmSettings | None, *, trust_remote_code: bool
) -> Subject:
    if settings is not None:
        hosted = hosting.open_engine(model, adapter, settings, trust_remote_code=trust_remote_code)
        return hosted.subject
    opened = open_model(model, adapter, trust_remote_code=trust_remote_code)
    if opened.adapter_silent:
        report_problem(f"warning: the adapter in {opened.adapter} changes nothing; was it trained?")
    return Subject.local(opened.subject)


@dataclass(frozen=True)
class AnswerSummary:
    """What a chart's last line says.

    Attributes:
        draws: All draws.
        distinct: Different answers, white space around them aside.
        effective: The exponential of their entropy, as drawn: at most the number of draws.
        top_share: Share of the most frequent one.
        numbers: Share of answers that are one number.
        truncated: Draws that the limit cut off.
    """

    draws: int
    distinct: int
    effective: float
    top_share: float
    numbers: float
    truncated: int

    @classmethod
    def of(cls, drawn: Draws) -> "AnswerSummary":
        """Summarise draws, of which there is at least one."""
        counts = stripped_counts(drawn)
        shares = [count / drawn.count for count in counts.values()]
        numeric = sum(count for text, count in counts.items() if parse_numeral(text) is not None)
        return cls(
            draws=drawn.count,
            distinct=len(counts),
            effective=math.exp(-sum(share * math.log(share) for share in shares)),
            top_share=max(shares),
            numbers=numeric / drawn.count,
            truncated=drawn.truncated,
        )

    def sentence(self) -> str:
        """One line for a person."""
        parts = [
            f"{self.draws:,} draws, {self.distinct:,} different answers",
            f"effective number {self.effective:.3g}",
            f"most frequent {self.top_share:.1%}",
        ]
        if self.numbers:
            parts.append(f"numbers {self.numbers:.1%}")
        if self.truncated:
            parts.append(f"cut off {self.truncated:,}")
        return " · ".join(parts)


def stripped_counts(drawn: Draws) -> Counter[str]:
    """How often each answer came, white space around it aside; most frequent first."""
    counts: Counter[str] = Counter()
    for answer in drawn.answers:
        counts[answer.text.strip()] += answer.count
    return Counter(dict(counts.most_common()))


def bar(share: float, width: int = _BAR_WIDTH) -> str:
    """A bar of at most ``width`` cells, to an eighth of a cell; never empty for a share above 0."""
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    return "█" * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def _chart(drawn: Draws, top: int) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column("answer", overflow="ellipsis", no_wrap=True, max_width=_LONGEST_ANSWER)
    table.add_column("share", justify="right")
    table.add_column("bar", style="cyan", no_wrap=True)
    counts = stripped_counts(drawn)
    shown = counts.most_common(top)
    largest = shown[0][1]
    for text, count in shown:
        cells = f"{count / drawn.count:.1%}", bar(count / largest)
        table.add_row(escape(text.replace("\n", "⏎")) or "[dim](nothing)[/]", *cells)
    rest = drawn.count - sum(count for _, count in shown)
    if rest:
        others = f"[dim]{len(counts) - len(shown):,} others[/]"
        table.add_row(others, f"{rest / drawn.count:.1%}", "")
    return table


def _as_json(model: str, prompt: str, seed: int, drawn: Draws) -> JsonValue:
    summary = AnswerSummary.of(drawn)
    return {
        "model": model,
        "prompt": prompt,
        "seed": seed,
        "draws": summary.draws,
        "distinct": summary.distinct,
        "effective_number": summary.effective,
        "top_share": summary.top_share,
        "numbers": summary.numbers,
        "truncated": summary.truncated,
        "forward_tokens": drawn.forward_tokens,
        "answers": [
            {"text": answer.text, "count": answer.count, "truncated": answer.truncated}
            for answer in drawn.answers
        ],
    }
