"""What servers do with what they are asked, found out from servers that differ in one thing."""

import asyncio
from dataclasses import replace

import pytest

from aleator.errors import EndpointError
from aleator.sampling.endpoint import Endpoint
from aleator.sampling.endpoint_probe import TOLD_TO_DRAW, probe
from aleator.sampling.served import Capabilities, EndpointSettings
from tests.chat_server import MODEL, ChatServer

ABLE = Capabilities(several=True, logprobs=True, varies=True, repeats=True, listed=True)


def _probe(settings: EndpointSettings) -> Capabilities:
    async def work() -> Capabilities:
        async with Endpoint(settings) as endpoint:
            return await probe(endpoint)

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("server", "found"),
    [
        (ChatServer(), ABLE),
        (ChatServer(n="ignored"), replace(ABLE, several=False)),
        (ChatServer(n="copied"), replace(ABLE, several=False)),
        (ChatServer(refused=("n",)), replace(ABLE, several=False)),
        (ChatServer(logprobs=False), replace(ABLE, logprobs=False)),
        (ChatServer(refused=("logprobs",)), replace(ABLE, logprobs=False)),
        (ChatServer(seeded=False), replace(ABLE, repeats=False)),
        (ChatServer(models=("other",)), replace(ABLE, listed=False)),
        (ChatServer(models=None), replace(ABLE, listed=None)),
        (ChatServer(draws="if told"), replace(ABLE, fields=TOLD_TO_DRAW)),
        (ChatServer(draws="never"), replace(ABLE, several=False, varies=False, repeats=None)),
        (
            ChatServer(draws="never", refused=("generation_config",)),
            replace(ABLE, several=False, varies=False, repeats=None),
        ),
        (
            ChatServer(refused=("max_tokens",)),
            replace(ABLE, length_field="max_completion_tokens"),
        ),
    ],
)
def test_a_server_is_seen_as_it_is(server: ChatServer, found: Capabilities) -> None:
    with server.running():
        assert _probe(server.settings()) == found
        assert {body["model"] for body in server.bodies} == {MODEL}
        assert len(server.bodies) <= 12


def test_what_is_refused_for_another_reason_stays_refused() -> None:
    server = ChatServer(refused=("temperature",))
    with server.running(), pytest.raises(EndpointError, match="refuses what it is asked"):
        _probe(server.settings())
