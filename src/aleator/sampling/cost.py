"""What draws cost: tokens written, prompt by prompt, kept in a file beside a benchmark's rows.

A benchmark that is taken up again does not draw again what it has, so that a sum in memory would
lack the draws of earlier runs. Costs are therefore rows of a log like others. A prompt that is
drawn once more with the same seed, because a run died before its row was written, counts once: the
cost is that of the draws the figures stand on.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aleator.files import JsonValue, RowLog
from aleator.sampling.draws import Answering, AnswerSource, Draws


@dataclass(frozen=True)
class PromptCost:
    """The cost of one prompt's draws.

    Attributes:
        draws: How many.
        written_tokens: Tokens that the model wrote for them, all of them counted.
        invalid: Draws from which the method got no answer; those have cost as much.
    """

    draws: int
    written_tokens: int
    invalid: int


class CostLog:
    """Costs by prompt, in the order they came, kept and taken up again.

    Args:
        path: Where the finished log shall lie.

    Raises:
        InputError: What lies there is no log of costs.
        OutputError: The place cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._log = RowLog(path, "key")

    def add(self, key: str, draws: Draws) -> None:
        """Keep what a prompt's draws cost, unless it is there.

        Raises:
            OutputError: It cannot be written.
        """
        if key in self._log.done:
            return
        cost: dict[str, JsonValue] = {
            "draws": draws.count,
            "written_tokens": draws.written_tokens,
            "invalid": draws.invalid,
        }
        self._log.append({"key": key, **cost})

    def finish(self) -> None:
        """Give the log its final name; nothing more is drawn.

        Raises:
            OutputError: The file cannot be renamed.
        """
        self._log.finish()

    @property
    def costs(self) -> list[PromptCost]:
        """The costs so far."""
        names = ("draws", "written_tokens", "invalid")
        return [
            PromptCost(*(_whole(row[name]) for name in names)) for row in self._log.done.values()
        ]


def _whole(number: JsonValue) -> int:
    assert isinstance(number, int), "written by us"
    return number


class CountedSource:
    """Passes draws on and keeps what they cost.

    Args:
        source: Whom it asks.
        log: Where costs are kept.
    """

    def __init__(self, source: AnswerSource, log: CostLog) -> None:
        self._source = source
        self._log = log

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """The source's draws; see ``AnswerSource``."""
        numbers = range(len(prompts)) if streams is None else streams
        answered = self._source.draw_each(prompts, draws, seed, streams)
        for prompt, stream, one in zip(prompts, numbers, answered, strict=True):
            digest = hashlib.sha256(prompt.encode()).hexdigest()[:16]
            self._log.add(f"{digest}/{seed}/{stream}/{draws}", one)
            yield one


def counted(answering: Answering, log: CostLog) -> Answering:
    """The same sources, their costs kept in ``log``."""

    def sources(
        max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> AnswerSource:
        source = answering(max_new_tokens, system=system, temperature=temperature)
        return CountedSource(source, log)

    return sources
