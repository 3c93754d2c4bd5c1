"""A model behind an OpenAI-compatible endpoint: where it is, and what its server turned out to do.

Needs no client: that is for who asks (``endpoint``, ``endpoint_probe``, ``server``).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from aleator.errors import InputError
from aleator.files import JsonValue

NO_KEY = "none"
"""Instead of the name of an environment variable: the server needs no key."""

LengthField = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True)
class EndpointSettings:
    """Where a served model is, and how it is asked.

    Attributes:
        url: The API's base, usually ending in ``/v1``.
        model: The name under which the server knows the model.
        api_key_env: The environment variable that holds the key, or "none".
        concurrency: Most requests under way at a time.
        timeout: Seconds without a byte after which a request is given up and retried.
        max_retries: Of one request. Pauses grow from half a second to 8: ten are about a minute.
        fields: Further fields of every request, which take precedence over ours.

    Raises:
        InputError: The URL is none, or a number makes no sense.
    """

    url: str
    model: str
    api_key_env: str = "OPENAI_API_KEY"
    concurrency: int = 8
    timeout: float = 120.0
    max_retries: int = 10
    fields: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _is_url(self.url):
            raise InputError(
                f"{self.url!r} is no endpoint: give the base of an OpenAI-compatible API, such as "
                "http://localhost:8000/v1"
            )
        if self.concurrency < 1 or self.timeout <= 0 or self.max_retries < 0:
            raise InputError(
                f"concurrency={self.concurrency}, timeout={self.timeout:g}, max_retries="
                f"{self.max_retries}: give at least 1, more than 0 and at least 0"
            )

    def key(self) -> str:
        """The key.

        Raises:
            InputError: The environment has none.
        """
        if self.api_key_env == NO_KEY:
            return NO_KEY
        key = os.environ.get(self.api_key_env)
        if not key:
            raise InputError(
                f"the environment variable {self.api_key_env}, which should hold the key for "
                f"{self.url}, is not set: set it, name another with --api-key-env NAME, or give "
                f"--api-key-env {NO_KEY} for a server that needs no key"
            )
        return key

    def identity(self) -> str:
        """What decides the answers, for a run's record; the key is not in it."""
        extras = [f"{name}={value!r}" for name, value in sorted(self.fields.items())]
        return " ".join([f"endpoint {self.url}", *extras])


@dataclass(frozen=True)
class Capabilities:
    """What a server was seen to do.

    Attributes:
        several: ``n`` gives as many answers, and they can differ. Only then it is used.
        logprobs: Log probabilities come when asked for.
        varies: Other seeds give other answers, at temperature 1.
        repeats: The same seed gives the same answer, one request at a time; None where answers
            do not vary.
        listed: The server lists the model; None where it lists none at all.
        length_field: What the server calls the most tokens of an answer.
        fields: What has to be sent so that it draws at all.
    """

    several: bool
    logprobs: bool
    varies: bool
    repeats: bool | None
    listed: bool | None = None
    length_field: LengthField = "max_tokens"
    fields: Mapping[str, JsonValue] = field(default_factory=dict)

    def as_json(self) -> dict[str, JsonValue]:
        """For the record."""
        return {
            "several": self.several,
            "logprobs": self.logprobs,
            "varies": self.varies,
            "repeats": self.repeats,
            "listed": self.listed,
            "length_field": self.length_field,
            "fields": dict(self.fields),
        }

    def notes(self, settings: EndpointSettings) -> list[str]:
        """What a user should know before believing the figures, a sentence each."""
        notes = []
        if not self.varies:
            notes.append(
                "warning: the server gives the same answer at every seed, as if it took the most "
                "probable token: figures from its draws say nothing about sampling"
            )
        if self.listed is False:
            notes.append(
                f"warning: the server does not list {settings.model!r} among its models: make sure "
                "that this is what answers"
            )
        if self.fields:
            named = ", ".join(f"{name}={value}" for name, value in self.fields.items())
            notes.append(f"note: the server draws only if told to, so {named} is sent along")
        if not self.several:
            notes.append("note: the server ignores n, so each draw is a request of its own")
        if self.repeats is False:
            notes.append("note: the server ignores the seed: another run gives other draws")
        return notes


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no such port, or a bracket left open
        return False
