"""What is sent to ``/chat/completions`` and the part of the reply that we read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from aleator.files import JsonValue
from aleator.sampling.served import EndpointSettings, LengthField


@dataclass(frozen=True)
class Query:
    """What differs from request to request.

    Attributes:
        prompt: The user's turn.
        seed: Of this request; servers may ignore it.
        max_tokens: Most tokens of an answer.
        system: A system message before it.
        temperature: Logits are divided by it.
        n: How many answers.
        logprobs: Ask for log probabilities too.
        length_field: What the server calls ``max_tokens``.
        fields: Further fields; those of the settings take precedence.
    """

    prompt: str
    seed: int
    max_tokens: int
    system: str | None = None
    temperature: float = 1.0
    n: int = 1
    logprobs: bool = False
    length_field: LengthField = "max_tokens"
    fields: Mapping[str, JsonValue] = field(default_factory=dict)

    def body(self, settings: EndpointSettings) -> dict[str, JsonValue]:
        """The request's JSON: the temperature, and that nothing is truncated, said explicitly."""
        system = [] if self.system is None else [_turn("system", self.system)]
        body: dict[str, JsonValue] = {
            "model": settings.model,
            "messages": [*system, _turn("user", self.prompt)],
            "temperature": self.temperature,
            "top_p": 1.0,
            "seed": self.seed,
            self.length_field: self.max_tokens,
        }
        if self.n > 1:
            body["n"] = self.n
        if self.logprobs:
            body["logprobs"] = True
        return {**body, **self.fields, **settings.fields}


class Message(BaseModel):
    """What was written; None where all of it went elsewhere, into reasoning say."""

    content: str | None = None


class Choice(BaseModel):
    """One answer."""

    message: Message
    finish_reason: str | None = None
    logprobs: object = None

    @property
    def text(self) -> str:
        """The answer."""
        return self.message.content or ""

    @property
    def truncated(self) -> bool:
        """The token limit came before the stop token."""
        return self.finish_reason == "length"


class Usage(BaseModel):
    """Tokens of all answers of a request together."""

    completion_tokens: int = Field(ge=0)


class Completion(BaseModel):
    """A reply."""

    choices: list[Choice] = Field(min_length=1)
    usage: Usage


class ListedModel(BaseModel):
    """One entry of ``/models``."""

    id: str


class ModelList(BaseModel):
    """The reply of ``/models``."""

    data: list[ListedModel]


def _turn(role: str, content: str) -> dict[str, JsonValue]:
    return {"role": role, "content": content}
