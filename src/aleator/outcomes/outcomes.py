"""Outcomes: the strings a model should write, their probabilities, and the invariants of both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aleator.errors import InputError

_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Outcomes:
    """A finite distribution over strings.

    Attributes:
        strings: ``K`` distinct, non-empty strings, in the order they were given.
        probabilities: float64 ``[K]``, none negative, summing to 1.
        values: float64 ``[K]``, strictly increasing, where the strings are numbers; else ``None``.

    Raises:
        InputError: an invariant does not hold; the message names the outcome.
    """

    strings: tuple[str, ...]
    probabilities: NDArray[np.float64]
    values: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Check the invariants."""
        count = len(self.strings)
        if count == 0:
            raise InputError("There are no outcomes: give at least one string.")
        if self.probabilities.shape != (count,):
            raise InputError(
                f"{count} outcomes need {count} probabilities, not {self.probabilities.shape}."
            )
        if len(set(self.strings)) != count:
            seen: set[str] = set()
            repeated = next(s for s in self.strings if s in seen or seen.add(s))
            raise InputError(f"The outcome {repeated!r} is listed twice: list it once.")
        if "" in self.strings:
            raise InputError("An outcome is the empty string: every outcome needs a character.")
        bad = ~(np.isfinite(self.probabilities) & (self.probabilities >= 0))
        if bad.any():
            index = int(np.argmax(bad))
            raise InputError(
                f"The outcome {self.strings[index]!r} has probability "
                f"{self.probabilities[index]}: it must be finite and not negative."
            )
        total = float(self.probabilities.sum())
        if not abs(total - 1.0) <= _SUM_TOLERANCE:
            raise InputError(f"The probabilities sum to {total}, not to 1.")
        if self.values is not None and not (
            self.values.shape == (count,) and bool((np.diff(self.values) > 0).all())
        ):
            raise InputError("The values of numeric outcomes must be strictly increasing.")

    def possible(self) -> "Outcomes":
        """The outcomes that can come: those of probability 0 left out."""
        kept = self.probabilities > 0
        if kept.all():
            return self
        strings = tuple(one for one, keep in zip(self.strings, kept, strict=True) if keep)
        values = None if self.values is None else self.values[kept]
        return Outcomes(strings, self.probabilities[kept], values)

    @property
    def is_numeric(self) -> bool:
        """Whether the outcomes are numbers."""
        return self.values is not None
