"""What ten answers are worth to a user who may stop reading: NoveltyBench's distinct and utility.

As published (arXiv 2504.05228): the answers of one prompt are partitioned into classes that say
the same; *distinct* is the number of classes. An answer that opens a class earns its rating, any
other nothing; *utility* is the mean of what is earned, the answer at place i weighted with
``patience ** i``. With ratings from 1 to 10 it lies between 0 and 10; ten answers of one class and
rating r are worth 0.22 r.
"""

from collections.abc import Sequence

PATIENCE = 0.8
"""The published chance that a user reads on after each answer."""


def distinct(classes: Sequence[int]) -> int:
    """How many classes the answers fall into."""
    return len(set(classes))


def earned(classes: Sequence[int], ratings: Sequence[int]) -> list[int]:
    """What each answer earns: its rating where it is the first of its class, else 0.

    Args:
        classes: The class of each answer, in the order in which they were given.
        ratings: The rating of each answer.
    """
    seen: set[int] = set()
    earnings = []
    for label, rating in zip(classes, ratings, strict=True):
        earnings.append(0 if label in seen else rating)
        seen.add(label)
    return earnings


def utility(earnings: Sequence[float], patience: float = PATIENCE) -> float | None:
    """The mean of what is earned, weighted towards the first answers; None without answers."""
    if not earnings:
        return None
    weights = [patience**place for place in range(len(earnings))]
    worth = sum(weight * one for weight, one in zip(weights, earnings, strict=True))
    return worth / sum(weights)
