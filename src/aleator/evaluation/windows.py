"""How a long document is cut into windows that a model can read, each token scored once.

The first window scores all but its first token, which stands there as context: a beginning-of-
sequence token where the tokenizer has one. Every further window begins `stride` tokens later and
scores only what the one before did not hold, so that in a whole window no scored token but those
of the first has less than ``context - stride`` tokens before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aleator.errors import InputError


@dataclass(frozen=True)
class Windowing:
    """How far a model looks back.

    Attributes:
        context: Most tokens of a window, the beginning-of-sequence token included; 2 or more.
        stride: From the beginning of a window to that of the next; 1 to ``context - 1``.

    Raises:
        InputError: They make no sense.
    """

    context: int
    stride: int

    def __post_init__(self) -> None:
        if self.context < 2:
            raise InputError(f"context={self.context}: give 2 tokens or more.")
        if not 1 <= self.stride < self.context:
            raise InputError(
                f"stride={self.stride}: give 1 to {self.context - 1}, less than the context, or "
                "tokens at the edge of two windows have nothing before them."
            )

    def within(self, positions: int) -> Windowing:
        """The same in a model of so many positions: windows shorten in proportion."""
        if positions >= self.context:
            return self
        return Windowing(positions, max(1, self.stride * positions // self.context))

    def windows(self, length: int) -> list[Window]:
        """The windows of a document of so many tokens; none if it has nothing to score."""
        found: list[Window] = []
        first, begin = 1, 0
        while first < length:
            end = min(begin + self.context, length)
            found.append(Window(begin, first, end))
            first, begin = end, begin + self.stride
        return found


@dataclass(frozen=True)
class Window:
    """Tokens ``begin`` to ``end - 1`` of a document, of which those from ``first`` are scored."""

    begin: int
    first: int
    end: int

    @property
    def length(self) -> int:
        """How many tokens the model reads; the last one is scored, but need not be read."""
        return self.end - self.begin - 1
