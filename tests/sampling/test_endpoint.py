"""One request to a real server on loopback, which fails in every way we could think of."""

import asyncio
import time
from dataclasses import replace

import pytest

from aleator.errors import EndpointError
from aleator.sampling.chat_completions import Completion, Query
from aleator.sampling.endpoint import Endpoint
from aleator.sampling.served import EndpointSettings
from tests.chat_server import MODEL, STORM, ChatServer, Reply

QUERY = Query("Pick a number.", seed=1, max_tokens=8)


def _complete(settings: EndpointSettings, queries: int = 1) -> list[Completion]:
    async def work() -> list[Completion]:
        async with Endpoint(settings) as endpoint:
            asked = [endpoint.complete(replace(QUERY, seed=seed)) for seed in range(queries)]
            return await asyncio.gather(*asked)

    return asyncio.run(work())


def _listed(settings: EndpointSettings) -> tuple[str, ...] | None:
    async def work() -> tuple[str, ...] | None:
        async with Endpoint(settings) as endpoint:
            return await endpoint.listed()

    return asyncio.run(work())


def test_a_request_is_answered() -> None:
    with ChatServer().running() as server:
        (reply,) = _complete(server.settings())
        assert len(reply.choices) == 1 and 0 <= float(reply.choices[0].text) <= 1
        assert server.bodies[0]["temperature"] == 1.0 and server.bodies[0]["max_tokens"] == 8


def test_no_more_requests_than_allowed_are_under_way() -> None:
    with ChatServer(faults=lambda number: Reply(delay=0.03)).running() as server:
        assert len(_complete(server.settings(concurrency=3), queries=12)) == 12
        assert server.busiest == 3


def test_a_server_that_is_down_is_told_at_once() -> None:
    """Port 9 is that for discarding: nobody listens."""
    settings = ChatServer(port=9).settings(max_retries=30)
    began = time.monotonic()
    with pytest.raises(EndpointError, match=r"nothing answers at http://127.0.0.1:9/v1 .*start"):
        _listed(settings)
    assert time.monotonic() - began < 5
    with pytest.raises(EndpointError, match="nothing answers"):
        _complete(replace(settings, max_retries=0))


def test_a_429_storm_that_passes_is_waited_for() -> None:
    with ChatServer(faults=lambda number: STORM if number < 6 else None).running() as server:
        assert len(_complete(server.settings(max_retries=8), queries=4)) == 4
        assert len(server.bodies) == 10


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (STORM, r"too many after 2 retries \(429: 'slow down'\): lower --concurrency"),
        (
            Reply(503, '{"message": "no worker"}', {"retry-after-ms": "5"}),
            r"fails after 2 retries \(503: 'no worker'\): see its log",
        ),
        (Reply(401, '{"error": {"message": "Bad key"}}'), r"wants a key \(401: 'Bad key'\)"),
        (Reply(403, "{}"), r"wants a key \(403"),
        (Reply(404, '{"detail": "no such"}'), r"no chat completions of a model 'tiny'.*no such"),
        (Reply(422, '{"detail": [{"msg": "bad"}]}'), r"refuses what it is asked \(422: .*bad"),
        (Reply(200, '{"choices": [{"mess'), r"no chat completion, 3 times over, but '{\"choices"),
        (Reply(200, "<html>Welcome</html>"), r"but '<html>.*usually ends in /v1"),
        (Reply(200, '{"error": "overloaded"}'), "overloaded"),
    ],
)
def test_what_fails_for_good_is_told_in_a_sentence(reply: Reply, told: str) -> None:
    with ChatServer(faults=lambda number: reply).running() as server:
        with pytest.raises(EndpointError, match=told) as caught:
            _complete(server.settings())
        assert "\n" not in str(caught.value) and server.url in str(caught.value)


@pytest.mark.parametrize("reply", [Reply(200, '{"choices": [{"mess'), Reply(drop=True)])
def test_what_fails_once_is_asked_for_again(reply: Reply) -> None:
    with ChatServer(faults=lambda number: reply if number == 0 else None).running() as server:
        assert len(_complete(server.settings())) == 1
        assert len(server.bodies) == 2


def test_a_slow_first_byte_is_given_up() -> None:
    with ChatServer(faults=lambda number: Reply(delay=0.5)).running() as server:
        with pytest.raises(EndpointError, match=r"did not answer within 0.1 seconds: give it lon"):
            _complete(server.settings(timeout=0.1, max_retries=0))
        assert len(_complete(server.settings(timeout=5))) == 1


def test_what_was_answered_before_is_said_to_be_kept() -> None:
    storm = ChatServer(faults=lambda number: STORM if number else None)
    with storm.running(), pytest.raises(EndpointError, match="finished prompts are kept"):
        _complete(storm.settings(concurrency=1), queries=2)


def test_a_server_that_counts_no_tokens_is_refused() -> None:
    server = ChatServer(usage=False)
    with server.running(), pytest.raises(EndpointError, match=r"does not say how many tokens"):
        _complete(server.settings())


def test_models_are_listed_where_there_is_a_list() -> None:
    with ChatServer(models=(MODEL, "other")).running() as server:
        assert _listed(server.settings()) == (MODEL, "other")
    with ChatServer(models=None).running() as server:
        assert _listed(server.settings()) is None


def test_the_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "secret")
    with ChatServer(key="secret").running() as server:
        right = replace(server.settings(), api_key_env="MY_KEY")
        assert _listed(right) == (MODEL,) and len(_complete(right)) == 1
        monkeypatch.setenv("MY_KEY", "guess")
        with pytest.raises(EndpointError, match=r"refuses the key in MY_KEY \(401: 'Incorrect"):
            _listed(right)
