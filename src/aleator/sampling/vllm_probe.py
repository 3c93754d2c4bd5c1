"""Whether vLLM really applies an adapter: next-token probabilities with it on and with it off.

An adapter that is not applied leaves a base model scored in the adapter's name. On a GPU the same
prompt need not give the same bits twice, so that a difference alone proves nothing: it must exceed
what asking again without the adapter makes, several times over.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

_TIMES_NOISE = 4.0


class Prober(Protocol):
    """Gives log probabilities of next tokens, with and without an adapter."""

    def first_step(
        self, prompts: Sequence[tuple[int, ...]], *, adapted: bool
    ) -> list[dict[int, float]]:
        """Of each prompt's likeliest next tokens."""
        ...


def adapter_applied(engine: Prober, prompts: Sequence[tuple[int, ...]]) -> bool:
    """Whether the adapter changes what comes next after some prompt."""
    off = engine.first_step(prompts, adapted=False)
    on = engine.first_step(prompts, adapted=True)
    again = engine.first_step(prompts, adapted=False)
    return any(
        _distance(one, other) > _TIMES_NOISE * _distance(one, repeated)
        for one, other, repeated in zip(off, on, again, strict=True)
    )


def _distance(one: dict[int, float], other: dict[int, float]) -> float:
    """Total variation over the tokens that either tells of."""
    tokens = sorted(one.keys() | other.keys())
    return 0.5 * sum(abs(_probability(one, t) - _probability(other, t)) for t in tokens)


def _probability(told: dict[int, float], token: int) -> float:
    return float(np.exp(told[token])) if token in told else 0.0
