"""What went wrong between us and an endpoint, in one sentence each."""

import json

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from aleator.errors import EndpointError
from aleator.sampling.served import NO_KEY, EndpointSettings

_QUOTED = 160
_REFUSED_KEY = (401, 403)


class RequestRefusedError(EndpointError):
    """The server refuses a request as it is (400 or 422), while another may do."""


def failure(
    error: APIError, settings: EndpointSettings, *, retries: int, answered: int
) -> EndpointError:
    """Say what an error of the client means.

    Args:
        error: After the client has given up.
        settings: Where and how it asked.
        retries: How often it tried again.
        answered: How many requests were answered before.
    """
    url, after, kept = settings.url, f" after {retries} retries" if retries else "", _kept(answered)
    if isinstance(error, APIStatusError):
        return _status_failure(error, settings, after, kept)
    if isinstance(error, APITimeoutError):
        return EndpointError(
            f"{url} did not answer within {settings.timeout:g} seconds{after}: give it longer with "
            f"--timeout, or less at a time with --concurrency{kept}"
        )
    if isinstance(error, APIConnectionError):
        reason = quoted(str(error.__cause__ or error))
        if answered:
            return EndpointError(
                f"{url} stopped answering after {answered} requests and did not come back{after} "
                f"({reason}): start it again{kept}"
            )
        return EndpointError(
            f"nothing answers at {url} ({reason}): start the server, or check the URL"
        )
    return EndpointError(f"{url} failed{after}: {quoted(str(error))}{kept}")


def malformed(
    text: str, settings: EndpointSettings, *, replies: int, answered: int
) -> EndpointError:
    """Say that a server sent something else than a chat completion, so many times over."""
    if '"choices"' in text and '"completion_tokens"' not in text and text.rstrip().endswith("}"):
        return EndpointError(
            f"{settings.url} does not say how many tokens it wrote (usage.completion_tokens), "
            "which draws need: use a server that does"
        )
    return EndpointError(
        f"{settings.url} sent no chat completion, {replies} times over, but {quoted(text)}: check "
        "that the URL is the base of an OpenAI-compatible API, which usually ends in "
        f"/v1{_kept(answered)}"
    )


def refuses_key(error: APIError) -> bool:
    """Whether the server wants another key, or one at all."""
    return isinstance(error, APIStatusError) and error.status_code in _REFUSED_KEY


def quoted(text: str) -> str:
    """The beginning of something a server said, on one line."""
    line = " ".join(text.split())
    return repr(line if len(line) <= _QUOTED else line[:_QUOTED] + "…")


def _status_failure(
    error: APIStatusError, settings: EndpointSettings, after: str, kept: str
) -> EndpointError:
    url, status = settings.url, error.status_code
    said = f"({status}: {quoted(_said(error))})"
    if status in (400, 422):
        return RequestRefusedError(f"{url} refuses what it is asked {said}")
    if status in _REFUSED_KEY:
        env = settings.api_key_env
        what = "wants a key" if env == NO_KEY else f"refuses the key in {env}"
        return EndpointError(
            f"{url} {what} {said}: name the environment variable that holds the right one with "
            "--api-key-env"
        )
    if status == 404:
        return EndpointError(
            f"{url} has no chat completions of a model {settings.model!r} {said}: check the "
            "model's name, and the URL, which usually ends in /v1"
        )
    if status == 429:
        return EndpointError(
            f"{url} still refuses requests as too many{after} {said}: lower --concurrency or come "
            f"back later{kept}"
        )
    return EndpointError(f"{url} fails{after} {said}: see its log{kept}")


def _said(error: APIStatusError) -> str:
    """The server's own words, out of the forms in which servers wrap them."""
    body = error.body
    for name in ("error", "message", "detail"):
        if isinstance(body, dict) and isinstance(body.get(name), str | dict):
            body = body[name]
    if isinstance(body, str):
        return body
    return error.message if body is None else json.dumps(body)


def _kept(answered: int) -> str:
    if not answered:
        return ""
    return "; finished prompts are kept, and the same command goes on from there"
