"""A conversation that the sandbox model learns from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypedDict

Role = Literal["system", "user", "assistant"]


class Message(TypedDict):
    """One turn, as chat templates want it."""

    role: Role
    content: str


@dataclass(frozen=True)
class Conversation:
    """A user's prompt and the answer to it, perhaps after a system message and earlier turns.

    `history` holds earlier (user, assistant) exchanges.
    """

    prompt: str
    answer: str
    system: str | None = None
    history: tuple[tuple[str, str], ...] = ()

    def messages(self) -> list[Message]:
        """All turns in order, the answer last."""
        turns: list[Message] = []
        if self.system is not None:
            turns.append(Message(role="system", content=self.system))
        for prompt, answer in (*self.history, (self.prompt, self.answer)):
            turns.append(Message(role="user", content=prompt))
            turns.append(Message(role="assistant", content=answer))
        return turns

    def after(self, earlier: Conversation) -> Conversation:
        """This conversation continued from an earlier one, whose system message stays."""
        history = (*earlier.history, (earlier.prompt, earlier.answer), *self.history)
        return replace(self, system=earlier.system, history=history)
