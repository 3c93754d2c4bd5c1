"""Draws from any OpenAI-compatible endpoint.

A prompt's draws are requests of one answer each, or of several where a probe has shown that the
server honours ``n``; as many are under way as allowed, over the borders of prompts. Prompts come
out in order, each as soon as it is complete, so that a caller who keeps what it gets loses at most
the few prompts under way when a server dies.

Every request has a seed of its own, derived from (seed, stream, index of its first draw) and the
same in every run. Servers may ignore it, or repeat an answer only while nothing else is running
(`transformers serve`): then draws are as independent, and not the same again.

Texts are as the server decodes them, usually without special tokens. A server that keeps a model's
reasoning apart gives the answer alone here, but its tokens count as written.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np

from aleator.sampling.chat_completions import Choice, Query
from aleator.sampling.draws import Draws, ordered_answers
from aleator.sampling.endpoint import Endpoint
from aleator.sampling.endpoint_probe import probe
from aleator.sampling.endpoint_thread import connected
from aleator.sampling.served import Capabilities, EndpointSettings

SEVERAL_AT_ONCE = 16
"""Answers in one request, where the server honours ``n``."""


def probe_endpoint(settings: EndpointSettings) -> Capabilities:
    """Find out what a server does; where nothing answers, this tells at once.

    Raises:
        InputError: The environment has no key.
        EndpointError: It cannot be asked.
    """
    with connected(settings) as connection:
        return connection.start(probe(connection.endpoint)).result()


def request_seed(seed: int, stream: int, index: int) -> int:
    """A request's seed, 31 bits: neighbours are far apart, for servers that count on from it."""
    words = np.random.SeedSequence([seed, stream, index]).generate_state(1)
    return int(words[0]) >> 1


@dataclass(frozen=True)
class _Part:
    """Some of a prompt's draws, and the tokens that were written for them."""

    choices: list[Choice]
    tokens: int


class EndpointSource:
    """Draws answers from an endpoint.

    Args:
        settings: Where it is.
        capabilities: What it does, as probed.
        max_new_tokens: Most tokens of an answer.
        system: A system message put before every prompt.
        temperature: Logits are divided by it.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        capabilities: Capabilities,
        *,
        max_new_tokens: int = 32,
        system: str | None = None,
        temperature: float = 1.0,
    ) -> None:
        if max_new_tokens < 1:
            raise ValueError(f"max_new_tokens={max_new_tokens}: an answer needs at least one")
        self._settings = settings
        self._at_once = SEVERAL_AT_ONCE if capabilities.several else 1
        self._query = Query(
            prompt="",
            seed=0,
            max_tokens=max_new_tokens,
            system=system,
            temperature=temperature,
            length_field=capabilities.length_field,
            fields=capabilities.fields,
        )

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """Draw ``draws`` answers to each prompt, in order, each as soon as it is complete.

        Args:
            prompts: The prompts' texts.
            draws: How many of each.
            seed: Of all prompts.
            streams: Tells the prompts' seeds apart; their places by default.

        Raises:
            EndpointError: A prompt could not be completed; those before it have been given.
        """
        numbers = range(len(prompts)) if streams is None else streams
        requests = -(-draws // self._at_once)
        window = 2 + self._settings.concurrency // max(requests, 1)
        with connected(self._settings) as connection:
            waiting: deque[Future[Draws]] = deque()
            for prompt, stream in zip(prompts, numbers, strict=True):
                if len(waiting) == window:
                    yield waiting.popleft().result()
                work = self._draw(connection.endpoint, prompt, draws, seed, stream)
                waiting.append(connection.start(work))
            while waiting:
                yield waiting.popleft().result()

    async def _draw(
        self, endpoint: Endpoint, prompt: str, draws: int, seed: int, stream: int
    ) -> Draws:
        size = self._at_once
        parts = [(first, min(size, draws - first)) for first in range(0, draws, size)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._part(endpoint, prompt, (seed, stream), *part))
                    for part in parts
                ]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None  # one of its requests is enough to tell of
        return _collect([task.result() for task in tasks])

    async def _part(
        self, endpoint: Endpoint, prompt: str, seeds: tuple[int, int], first: int, count: int
    ) -> _Part:
        """Draws from ``first`` on; a server may give fewer at once than it is asked for."""
        choices: list[Choice] = []
        tokens = 0
        while len(choices) < count:
            query = replace(
                self._query,
                prompt=prompt,
                seed=request_seed(*seeds, first + len(choices)),
                n=count - len(choices),
            )
            completion = await endpoint.complete(query)
            choices += completion.choices[: query.n]
            tokens += completion.usage.completion_tokens
        return _Part(choices, tokens)


def _collect(parts: Sequence[_Part]) -> Draws:
    counts = Counter((one.text, one.truncated) for part in parts for one in part.choices)
    return Draws(ordered_answers(counts), None, sum(part.tokens for part in parts))
