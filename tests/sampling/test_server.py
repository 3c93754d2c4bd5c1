"""Draws from a server on loopback, in order, through faults."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from aleator.errors import EndpointError
from aleator.sampling.draws import Draws
from aleator.sampling.served import Capabilities
from aleator.sampling.server import (
    SEVERAL_AT_ONCE,
    EndpointSource,
    probe_endpoint,
    request_seed,
)
from tests.chat_server import STORM, ChatServer, Reply

ABLE = Capabilities(several=True, logprobs=False, varies=True, repeats=True)
ONE_BY_ONE = replace(ABLE, several=False)
PROMPTS = [f"Pick a number, please, number {place}." for place in range(6)]


def _source(server: ChatServer, does: Capabilities = ONE_BY_ONE, **options: int) -> EndpointSource:
    return EndpointSource(server.settings(**options), does, max_new_tokens=8)


def _counts(draws: Draws) -> Counter[str]:
    return Counter({answer.text: answer.count for answer in draws.answers})


def test_draws_are_counted_whatever_n_does() -> None:
    with ChatServer().running() as server:
        for does, requests in ((ONE_BY_ONE, 40), (ABLE, -(-40 // SEVERAL_AT_ONCE))):
            server.bodies.clear()
            (drawn,) = _source(server, does).draw_each(PROMPTS[:1], 40, seed=0)
            assert drawn.count == 40 and drawn.truncated == 0
            assert drawn.forward_tokens is None and drawn.written_tokens == 80
            assert len(server.bodies) == requests
            assert len({body["seed"] for body in server.bodies}) == requests
            counts = [answer.count for answer in drawn.answers]
            assert counts == sorted(counts, reverse=True)


def test_fewer_at_once_than_asked_for_are_made_up_for() -> None:
    with ChatServer(at_most=3).running() as server:
        (drawn,) = _source(server, ABLE).draw_each(PROMPTS[:1], 10, seed=0)
        assert drawn.count == 10
        assert [body.get("n", 1) for body in server.bodies] == [10, 7, 4, 1]


def test_a_prompts_draws_depend_on_seed_and_stream_alone() -> None:
    with ChatServer().running() as server:
        source = _source(server)
        together = list(source.draw_each(PROMPTS, 12, seed=3))
        (alone,) = source.draw_each(PROMPTS[4:5], 12, seed=3, streams=[4])
        (other,) = source.draw_each(PROMPTS[4:5], 12, seed=4, streams=[4])
        assert len(together) == len(PROMPTS)
        assert _counts(alone) == _counts(together[4]) != _counts(other)


def test_seeds_are_spread() -> None:
    """A server may use seed + i for the i-th of several answers, so neighbours must be far."""
    seeds = sorted(request_seed(0, stream, index) for stream in range(20) for index in range(50))
    assert len(set(seeds)) == 1000 and seeds[0] >= 0 and seeds[-1] < 2**31
    near = sum(b - a < SEVERAL_AT_ONCE for a, b in zip(seeds, seeds[1:], strict=False))
    assert near <= 2
    assert request_seed(0, 1, 2) == request_seed(0, 1, 2) != request_seed(0, 2, 1)


def test_requests_of_several_prompts_are_under_way_together() -> None:
    with ChatServer(faults=lambda number: Reply(delay=0.03)).running() as server:
        assert len(list(_source(server, concurrency=4).draw_each(PROMPTS, 1, seed=0))) == 6
        assert server.busiest == 4


def test_a_reader_who_stops_has_not_asked_for_everything() -> None:
    with ChatServer().running() as server:
        many = [f"{place}" for place in range(200)]
        assert len(list(islice(_source(server).draw_each(many, 1, seed=0), 2))) == 2
        assert len(server.bodies) < 20


def test_prompts_before_a_fault_are_given() -> None:
    with ChatServer().running() as server:
        server.faults = lambda number: STORM if number >= 30 else None
        source = _source(server, concurrency=2)
        given = []
        with pytest.raises(EndpointError, match="429.*finished prompts are kept"):
            for drawn in source.draw_each(PROMPTS, 10, seed=0):
                given.append(drawn)
        assert 2 <= len(given) <= 3
        server.faults = lambda number: None
        assert given == list(source.draw_each(PROMPTS[: len(given)], 10, seed=0))


def test_what_was_cut_off_is_said() -> None:
    with ChatServer(finish_reason="length").running() as server:
        (drawn,) = _source(server).draw_each(PROMPTS[:1], 5, seed=0)
        assert drawn.truncated == drawn.count == 5


def test_how_it_is_asked_reaches_the_server() -> None:
    with ChatServer().running() as server:
        does = replace(ONE_BY_ONE, length_field="max_completion_tokens", fields={"x": 1})
        source = EndpointSource(
            server.settings(), does, max_new_tokens=9, system="Be brief.", temperature=0.5
        )
        assert next(iter(source.draw_each(["Go"], 0, seed=0))).count == 0
        list(source.draw_each(["Go"], 1, seed=0))
        (body,) = server.bodies
        assert body["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Go"},
        ]
        assert (body["max_completion_tokens"], body["temperature"], body["x"]) == (9, 0.5, 1)


def test_no_room_for_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        EndpointSource(ChatServer(port=9).settings(), ABLE, max_new_tokens=0)


def test_a_server_is_probed_from_plain_code() -> None:
    with ChatServer(n="ignored", logprobs=False).running() as server:
        assert probe_endpoint(server.settings()) == replace(ONE_BY_ONE, listed=True)
    with pytest.raises(EndpointError, match="nothing answers"):
        probe_endpoint(server.settings())
