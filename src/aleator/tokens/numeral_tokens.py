"""The digit rule of a tokenizer: how it cuts canonical numbers, verified on the spot.

Two rules are known: single digits, and groups of up to three digits from the left of each run
(sign and point stand alone under both). Where every string of a battery is cut by the rule, the
prefix tree of a number can be grown from CDF differences without listing outcomes; where one is
not, ``numeral_tokens`` returns ``None`` and outcomes must be listed.

Does not know: rules that differ after some prompts only. The battery is tokenised in place, after
the prompts of one format, and that is what it vouches for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aleator.outcomes.numerals import format_lattice

Encode = Callable[[Sequence[str]], list[tuple[int, ...]]]

_BATTERY_SIZE = 300
_GROUPS = (1, 3)


@dataclass(frozen=True)
class NumeralTokens:
    """Token ids of a verified digit rule.

    Attributes:
        group: most digits in one token, 1 or 3; runs are grouped from their left end.
        digits: ``digits[length - 1][value]`` is the token of a zero-padded run of that length.
        minus: token of the sign.
        point: token of the decimal point.
    """

    group: int
    digits: tuple[NDArray[np.int64], ...]
    minus: int
    point: int

    def encode(self, numeral: str) -> tuple[int, ...]:
        """Tokens of one canonical numeral by the rule."""
        tokens: list[int] = []
        unsigned = numeral.removeprefix("-")
        if unsigned != numeral:
            tokens.append(self.minus)
        for position, run in enumerate(unsigned.split(".")):
            if position > 0:
                tokens.append(self.point)
            for start in range(0, len(run), self.group):
                digits = run[start : start + self.group]
                tokens.append(int(self.digits[len(digits) - 1][int(digits)]))
        return tuple(tokens)


def numeral_tokens(encode: Encode) -> NumeralTokens | None:
    """Find the digit rule of ``encode`` (strings to tokens, in place), or ``None``."""
    for group in _GROUPS:
        rule = _read_rule(encode, group)
        if rule is not None and _holds(rule, encode):
            return rule
    return None


def _read_rule(encode: Encode, group: int) -> NumeralTokens | None:
    """Read the ids off a few strings, if they are cut as the rule of ``group`` would."""
    probe, negative, fraction = encode(["1" * (2 * group), "-1", "1.1"])
    if len(probe) != 2 or len(negative) != 2 or len(fraction) != 3:
        return None
    digits = []
    for length in range(1, group + 1):
        ids = encode([f"{value:0{length}d}" for value in range(10**length)])
        if any(len(one) != 1 for one in ids):
            return None
        digits.append(np.array([one[0] for one in ids], dtype=np.int64))
    return NumeralTokens(group, tuple(digits), negative[0], fraction[1])


def _holds(rule: NumeralTokens, encode: Encode) -> bool:
    battery = _battery()
    return all(
        rule.encode(numeral) == tuple(ids)
        for numeral, ids in zip(battery, encode(battery), strict=True)
    )


def _battery() -> list[str]:
    """Canonical numerals of all lengths, signs and decimals; always the same ones."""
    rng = np.random.default_rng(0)
    numerals = ["0", "7", "-1", "10", "100", "1000", "1234567", "0.0", "0.05", "-0.5", "-0.00001"]
    for _ in range(_BATTERY_SIZE):
        decimals = int(rng.integers(0, 8))
        digits = int(rng.integers(1, 14))
        numerals.append(format_lattice(int(rng.integers(-(10**digits), 10**digits)), decimals))
    return sorted(set(numerals))
