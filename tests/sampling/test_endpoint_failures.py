"""The sentences; that the client raises what they are made for is tested on real servers."""

import httpx2
import pytest
from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from aleator.errors import EndpointError
from aleator.sampling.endpoint_failures import (
    RequestRefusedError,
    failure,
    malformed,
    quoted,
    refuses_key,
)
from aleator.sampling.served import NO_KEY, EndpointSettings

REQUEST = httpx2.Request("POST", "http://here/v1/chat/completions")
SETTINGS = EndpointSettings("http://here/v1", "m", "MY_KEY", timeout=7)
LOST = APIConnectionError(request=REQUEST)
LATE = APITimeoutError(REQUEST)


def _status(code: int, body: object = None) -> APIStatusError:
    return APIStatusError("wrong", response=httpx2.Response(code, request=REQUEST), body=body)


@pytest.mark.parametrize(
    ("error", "answered", "told"),
    [
        (LOST, 0, "nothing answers at http://here/v1"),
        (LOST, 9, "stopped answering after 9 requests and did not come back after 3 retries"),
        (LATE, 0, "did not answer within 7 seconds after 3 retries"),
        (_status(400, {"message": "bad"}), 0, "refuses what it is asked (400: 'bad')"),
        (_status(401), 0, "refuses the key in MY_KEY (401: 'wrong')"),
        (_status(404, {"error": {"message": "no m"}}), 0, "of a model 'm' (404: 'no m')"),
        (_status(429, "slow"), 0, "too many after 3 retries (429: 'slow'): lower --concurrency"),
        (_status(500, {"detail": [1]}), 0, "fails after 3 retries (500: '{\"detail\": [1]}')"),
        (APIError("odd", REQUEST, body=None), 0, "failed after 3 retries: 'odd'"),
    ],
)
def test_a_failure_says_what_where_and_what_to_do(
    error: APIError, answered: int, told: str
) -> None:
    sentence = str(failure(error, SETTINGS, retries=3, answered=answered))
    assert told in sentence and "http://here/v1" in sentence
    assert ("are kept" in sentence) == (answered > 0)


def test_only_a_request_that_is_refused_may_do_otherwise() -> None:
    def kind(error: APIError) -> type[EndpointError]:
        return type(failure(error, SETTINGS, retries=0, answered=0))

    assert kind(_status(400)) is kind(_status(422)) is RequestRefusedError
    assert {kind(one) for one in (_status(404), _status(500), LOST, LATE)} == {EndpointError}
    assert refuses_key(_status(401)) and refuses_key(_status(403))
    assert not refuses_key(_status(404)) and not refuses_key(LOST)


def test_a_server_that_needs_a_key_after_all() -> None:
    keyless = EndpointSettings("http://here/v1", "m", NO_KEY)
    sentence = str(failure(_status(401), keyless, retries=0, answered=0))
    assert "wants a key" in sentence and "--api-key-env" in sentence


def test_malformed_replies_are_told_apart() -> None:
    page = str(malformed("<html>\n Hello", SETTINGS, replies=3, answered=0))
    assert "3 times over, but '<html> Hello'" in page and "kept" not in page
    uncounted = str(malformed('{"choices": [1]}', SETTINGS, replies=3, answered=2))
    assert "does not say how many tokens" in uncounted
    torn = str(malformed('{"choices": [', SETTINGS, replies=3, answered=2))
    assert "no chat completion" in torn and "kept" in torn


def test_quotes_are_short_and_on_one_line() -> None:
    assert quoted(" a\n b ") == "'a b'"
    assert len(quoted("x" * 10_000)) < 200
