"""What a server does with what it is asked: a few short requests before the real ones.

Servers accept ``n``, ``seed`` and ``logprobs`` and ignore them without a word (`transformers serve`
does so with ``n`` and ``logprobs``), and some take the most probable token at any temperature
unless the checkpoint says otherwise (`transformers serve` again). All of that would spoil draws or
the cost told for them, so it is tried on a prompt whose answer should vary with any model. A model
so sure of 24 tokens that they never vary looks as if its server did not draw; the user is warned,
nothing is refused.
"""

import json
from dataclasses import replace

from aleator.files import JsonValue
from aleator.sampling.chat_completions import Completion, Query
from aleator.sampling.endpoint import Endpoint
from aleator.sampling.endpoint_failures import RequestRefusedError
from aleator.sampling.served import Capabilities

PROBE_PROMPT = "Write ten random words."
SEVERAL = 4

_TOKENS = 24
_RETRIES = 2  # a server that is not there or not ready is told soon
_SEEDS = (11, 12, 13, 14)

TOLD_TO_DRAW: dict[str, JsonValue] = {
    "generation_config": json.dumps({"do_sample": True, "top_k": 0})
}
"""A field of `transformers serve`, which else follows the checkpoint and may not draw at all."""


async def probe(endpoint: Endpoint) -> Capabilities:
    """Find out what a server does.

    Raises:
        EndpointError: It cannot be asked: nothing answers, the key or the model is refused.
    """
    listed = await endpoint.listed()
    query, first = await _first(endpoint)
    texts = [first, *await _others(endpoint, query)]
    if len(set(texts)) == 1:
        told = replace(query, fields=TOLD_TO_DRAW)
        drawn = await _told_to_draw(endpoint, told)
        if len(set(drawn)) > 1:
            query, texts = told, drawn
    varies = len(set(texts)) > 1
    again = await _ask(endpoint, query) if varies else None
    return Capabilities(
        several=await _several(endpoint, query),
        logprobs=await _logprobs(endpoint, query),
        varies=varies,
        repeats=None if again is None else _text(again) == texts[0],
        listed=endpoint.settings.model in listed if listed else None,
        length_field=query.length_field,
        fields=query.fields,
    )


async def _first(endpoint: Endpoint) -> tuple[Query, str]:
    """The first answer, and how it had to be asked for."""
    query = Query(PROBE_PROMPT, _SEEDS[0], _TOKENS)
    try:
        return query, _text(await _ask(endpoint, query))
    except RequestRefusedError as refusal:
        if "max_completion_tokens" not in str(refusal):
            raise
    query = replace(query, length_field="max_completion_tokens")
    return query, _text(await _ask(endpoint, query))


async def _others(endpoint: Endpoint, query: Query) -> list[str]:
    return [_text(await _ask(endpoint, replace(query, seed=seed))) for seed in _SEEDS[1:]]


async def _told_to_draw(endpoint: Endpoint, query: Query) -> list[str]:
    try:
        return [_text(await _ask(endpoint, query)), *await _others(endpoint, query)]
    except RequestRefusedError:
        return []


async def _several(endpoint: Endpoint, query: Query) -> bool:
    try:
        completion = await _ask(endpoint, replace(query, n=SEVERAL))
    except RequestRefusedError:
        return False
    texts = {choice.text for choice in completion.choices}
    return len(completion.choices) == SEVERAL and len(texts) > 1


async def _logprobs(endpoint: Endpoint, query: Query) -> bool:
    try:
        completion = await _ask(endpoint, replace(query, logprobs=True))
    except RequestRefusedError:
        return False
    return bool(completion.choices[0].logprobs)


async def _ask(endpoint: Endpoint, query: Query) -> Completion:
    return await endpoint.complete(query, max_retries=_RETRIES)


def _text(completion: Completion) -> str:
    return completion.choices[0].text
