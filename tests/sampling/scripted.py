"""A source whose outputs are written down, and what it was asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aleator.sampling.draws import Draws, ordered_answers


def output_draws(counts: Mapping[str, int], written_tokens: int = 0) -> Draws:
    """Draws of these outputs; those that end in "…" were cut off."""
    pairs = {(text, text.endswith("…")): count for text, count in counts.items()}
    return Draws(ordered_answers(pairs), None, written_tokens)


@dataclass
class Script:
    """Gives itself as the source; each prompt has its output."""

    outputs: Mapping[str, Draws]
    max_new_tokens: int = 0
    system: str | None = None
    temperature: float = 0.0
    asked: list[tuple[tuple[str, ...], int, int, tuple[int, ...] | None]] = field(
        default_factory=list
    )

    def __call__(
        self, max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
    ) -> "Script":
        self.max_new_tokens = max_new_tokens
        self.system, self.temperature = system, temperature
        return self

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        numbers = None if streams is None else tuple(streams)
        self.asked.append((tuple(prompts), draws, seed, numbers))
        yield from (self.outputs[prompt] for prompt in prompts)
