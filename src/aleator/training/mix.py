"""Whose turn it is among several sources of prompts, from the visit's number alone.

Turns are spread evenly (systematic sampling) rather than drawn: after any number of visits every
source has had its share to within one visit a split, a batch holds what the shares say, and each
source counts its own visits, so that it can walk through epochs of its own. Shares are taken as
the decimals that a user wrote, in exact arithmetic, or rounding could skip a turn.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction


def turns(shares: Mapping[str, float]) -> Callable[[int], tuple[str, int]]:
    """What a visit is spent on: the source's name, and how many visits it has had before.

    Sources are split off one after another: the first takes its share of all visits, the second
    its share of those left, and so on.

    Args:
        shares: A positive share a source; any total.
    """
    if not shares or min(shares.values()) <= 0:
        raise ValueError(f"every source needs a positive share: {dict(shares)}")
    names = list(shares)
    exact = [Fraction(repr(float(share))) for share in shares.values()]
    parts = [share / sum(exact[place:]) for place, share in enumerate(exact)]

    def turn(number: int) -> tuple[str, int]:
        left = number
        for name, part in zip(names[:-1], parts[:-1], strict=True):
            before = left * part.numerator // part.denominator
            after = (left + 1) * part.numerator // part.denominator
            if after > before:
                return name, before
            left -= before
        return names[-1], left

    return turn
