"""A task or a slice of a condition against base's over the same items, and what may be said.

The intervals and the verdict are those of `metrics.paired`; here items are matched by key, and what
cannot be matched is counted. Means over tasks or slices, which weigh equal, get their interval from
those of their parts, which are independent (MOVER; Zou and Donner, 2008): no further bootstrap, so
what `metrics.paired` mends for few changed items holds for means, too.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aleator.metrics.intervals import Interval
from aleator.metrics.paired import accuracy_verdict, paired_difference, perplexity_verdict
from aleator.metrics.perplexity import perplexity_ratio
from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.pairing import FEWEST
from aleator.report.retention.perplexity import Document

Verdict = Literal["unchanged", "better", "worse", "undecided", "not compared"]

Answers = Mapping[str, float | None]
"""How right each item was, 0 to 1, by key; None where undefined."""
Documents = Mapping[str, Document]


@dataclass(frozen=True)
class Paired:
    """A comparison over the items that both sides have.

    Attributes:
        change: The difference of accuracies, condition minus base, or the ratio of perplexities.
        count: How many items were compared.
        left_out: Those that only one side has, or where either is undefined or another text.
        verdict: What may be said.
    """

    change: Estimate
    count: int
    left_out: int
    verdict: Verdict


NOTHING = Paired(UNDEFINED, 0, 0, "not compared")


def paired_answers(ours: Answers, theirs: Answers) -> Paired:
    """The difference of accuracies on the items that both were asked."""
    known = [
        (value, base)
        for value, base in ((value, theirs.get(key)) for key, value in ours.items())
        if value is not None and base is not None
    ]
    left_out = len(ours.keys() | theirs.keys()) - len(known)
    if not known:
        return Paired(UNDEFINED, 0, left_out, "not compared")
    found = _trusted(paired_difference([a for a, _ in known], [b for _, b in known]))
    return Paired(_estimate(found), len(known), left_out, accuracy_verdict(found))


def paired_documents(ours: Documents, theirs: Documents) -> Paired:
    """The ratio of perplexities on the documents that both read."""
    known = [
        (one.nll, theirs[key].nll, one.tokens)
        for key, one in ours.items()
        if key in theirs and _same_text(one, theirs[key])
    ]
    pairs = [(a, b, n) for a, b, n in known if a is not None and b is not None]
    left_out = len(ours.keys() | theirs.keys()) - len(pairs)
    if not pairs:
        return Paired(UNDEFINED, 0, left_out, "not compared")
    nats, baseline, tokens = zip(*pairs, strict=True)
    found = _trusted(perplexity_ratio(nats, baseline, tokens))
    return Paired(_estimate(found), len(pairs), left_out, perplexity_verdict(found))


def mean_change(differences: Sequence[Estimate]) -> Estimate:
    """The mean of independent differences with its interval; undefined where one is."""
    values = [one.value for one in differences if one.value is not None]
    if not values or len(values) < len(differences):
        return UNDEFINED
    whole = [
        (one.value, one.low, one.high)
        for one in differences
        if one.value is not None and one.low is not None and one.high is not None
    ]
    mean = math.fsum(values) / len(values)
    if len(whole) < len(values):
        return Estimate(mean)
    below = math.hypot(*(value - low for value, low, _ in whole)) / len(whole)
    above = math.hypot(*(high - value for value, _, high in whole)) / len(whole)
    return Estimate(mean, mean - below, mean + above)


def mean_ratio(ratios: Sequence[Estimate]) -> Estimate:
    """The geometric mean of independent ratios with its interval; undefined where one is."""
    logs = mean_change([_each(one, math.log) for one in ratios])
    return _each(logs, math.exp)


def _same_text(one: Document, other: Document) -> bool:
    """Whether two documents are the same text, cut into as many tokens."""
    alike = (one.tokens, one.bytes, one.text) == (other.tokens, other.bytes, other.text)
    return one.tokens > 0 and alike


def _trusted(found: Interval) -> Interval:
    """The interval, without ends where too few items stand behind it."""
    if found.count >= FEWEST:
        return found
    return Interval(found.value, math.nan, math.nan, found.count, found.left_out)


def _estimate(found: Interval) -> Estimate:
    value, low, high = (
        one if math.isfinite(one) else None for one in (found.value, found.low, found.high)
    )
    return Estimate(value, low, high)


def _each(estimate: Estimate, change: Callable[[float], float]) -> Estimate:
    value, low, high = (
        None if one is None else change(one)
        for one in (estimate.value, estimate.low, estimate.high)
    )
    return Estimate(value, low, high)
