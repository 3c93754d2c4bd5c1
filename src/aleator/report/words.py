"""The page's first lines: how collapsed the base model is, what changed, what failed, in words.

Every sentence is made from the figures; none is written before they are known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aleator.metrics.paired import VALIDITY_MARGIN
from aleator.report.comparisons import GoalLine, Verdict, compare
from aleator.report.measures import BY_KEY, in_order, percent, significant, split_title, written
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.retention.comparing import Line
from aleator.report.sentences import Told, listed
from aleator.report.setbacks import (
    retention_setbacks,
    setbacks,
    setbacks_in_words,
    worse_by_condition,
)

_NAMED_FAMILIES = 3
_UNCHANGED = 0.005
"""A ratio this near to 1 is no change worth a word."""


_MISSED: Mapping[Verdict, str] = {
    "not met": "not met",
    "undecided": "undecided, the interval holds the goal",
    "not measured": "not measured",
}


@dataclass(frozen=True)
class Headline:
    """What a busy reader takes away.

    Attributes:
        title: One line.
        base: How collapsed each base model is.
        changes: What each condition changed.
        failures: Goals missed, families and figures that got worse, or that none did; never empty.
    """

    title: str
    base: tuple[str, ...]
    changes: tuple[str, ...]
    failures: tuple[str, ...]


def headline(
    collection: Collection,
    lines: Sequence[GoalLine],
    sections: Sequence[Told] = (),
    retention: Sequence[Line] = (),
) -> Headline:
    """The first lines of the page.

    Args:
        collection: The conditions.
        lines: The goals as measured, as `goal_lines` gives them.
        sections: What the sections on other benchmarks than the numeric one say, in their order.
        retention: Tasks and slices against base, as `retention_lines` gives them.
    """
    bases = [result for result in collection.having(NUMERIC).values() if result.is_base]
    pairs = collection.pairs(NUMERIC)
    base = [sentence for base in bases for sentence in _collapse(base)]
    changes = [told for result, base in pairs for told in _changes(result, base)]
    lost = setbacks(pairs)
    failures = list(_missed(lines, pairs))
    if lines and not failures:
        failures = ["No stated goal was missed."]
    failures += [*setbacks_in_words(lost), *_lost_mass(pairs)]
    for section in sections:
        base += section.base
        changes += section.changes
        failures += section.failures
    failures += retention_setbacks(retention)
    if not failures:
        failures = ["Nothing that is looked for here."]
    worse = worse_by_condition(lost, retention)
    title = "; ".join(part for part in (_title(collection, lines), worse) if part)
    return Headline(title, tuple(base), tuple(changes), tuple(failures))


def far_families(result: Result, split: str) -> str:
    """The families farthest from their target by value TV, worst first, in words."""
    part = result.splits.get(split)
    if part is None:
        return ""
    known = [
        (figures["value_tv"].value, name)
        for name, figures in part.families.items()
        if "value_tv" in figures and figures["value_tv"].value is not None
    ]
    known.sort(key=lambda pair: (-pair[0], pair[1]))
    named = []
    for tv, name in known[:_NAMED_FAMILIES]:
        share = part.families[name].get("modal_share")
        top = f", top answer {percent(share.value)}" if share and share.value is not None else ""
        named.append(f"{name} (value TV {significant(tv)}{top})")
    return listed(named)


def _title(collection: Collection, lines: Sequence[GoalLine]) -> str:
    models = listed(list(dict.fromkeys(one.model_name for one in collection.results)))
    if not lines:
        return f"{models}: how random its answers are"
    counts = [
        (kind, sum(line.verdict == kind for line in lines))
        for kind in ("met", "undecided", "not met", "not measured")
    ]
    rest = "".join(f", {count} {kind}" for kind, count in counts[1:] if count)
    # A prompt a family leaves the interval no width: such a verdict knows nothing of other prompts.
    bare = [one for one in lines if one.verdict == "met" and one.comparison.shown_ratio.low is None]
    alone = f" ({len(bare)} of them on the ratio alone)" if bare else ""
    return f"{models}: {counts[0][1]} of {len(lines)} goals met{alone}{rest}"


def _collapse(base: Result) -> Iterable[str]:
    for split in in_order(tuple(base.splits)):
        share = base.splits[split].family_mean.get("modal_share")
        w1 = base.splits[split].family_mean.get("w1_normalised")
        values = base.splits[split].family_mean.get("effective_values")
        parts = []
        if share and share.value is not None:
            parts.append(f"its likeliest value takes {percent(share.value)} of the mass")
        if values and values.value is not None:
            parts.append(f"it gives {significant(values.value)} different values in effect")
        if w1 and w1.value is not None:
            parts.append(
                f"its normalised W1 is {significant(w1.value)} "
                "(0: perfect, 1: always answering the median, above 1: worse than that)"
            )
        if parts:
            yield f"{base.label}, {split_title(split).lower()}: {listed(parts)}."


def _changes(result: Result, base: Result) -> Iterable[str]:
    for split in in_order(tuple(result.splits)):
        figures = [
            (
                BY_KEY[metric].in_sentence,
                compare(result, base, metric, split, resamples=1).ratio.value,
            )
            for metric in ("shape_kl", "value_tv", "w1_normalised")
        ]
        if all(ratio is None for _, ratio in figures):  # a prompted model, or an endpoint
            ratio = compare(result, base, "w1_sampled", split, resamples=1).ratio.value
            figures = [(BY_KEY["w1_sampled"].in_sentence, ratio)]
        told = [f"{name} {_moved(ratio)}" for name, ratio in figures if ratio is not None]
        where = f"{result.label}, {split_title(split).lower()}"
        if told:
            shape = _share_of_shape(result, base, split)
            yield f"{where}: {listed(told)} of base's{shape}."
        else:
            yield f"{where}: nothing can be compared with base."


def _moved(ratio: float) -> str:
    if abs(ratio - 1) < _UNCHANGED:
        return f"stayed at {significant(ratio)}"
    return f"{'fell' if ratio < 1 else 'rose'} to {significant(ratio)}"


def _share_of_shape(result: Result, base: Result, split: str) -> str:
    """How much of what the sequence KL lost was shape: the part that makes answers random."""
    shape = compare(result, base, "shape_kl", split, resamples=1)
    whole = compare(result, base, "sequence_kl", split, resamples=1)
    if shape.mean is None or shape.base_mean is None:
        return ""
    if whole.mean is None or whole.base_mean is None:
        return ""
    lost, lost_shape = whole.base_mean - whole.mean, shape.base_mean - shape.mean
    if lost <= 0 or not 0 <= lost_shape <= lost:
        return ""
    return (
        f"; of the {significant(lost)} nats that the sequence KL lost, "
        f"{percent(lost_shape / lost)} were shape, the rest spelling"
    )


def _missed(lines: Sequence[GoalLine], pairs: Sequence[tuple[Result, Result]]) -> Iterable[str]:
    for result, _ in pairs:
        mine = [line for line in lines if line.comparison.label == result.label]
        for kind, told in _MISSED.items():
            missed = [_goal_in_words(line) for line in mine if line.verdict == kind]
            if missed:
                yield f"{result.label}, {told}: {'; '.join(missed)}."


def _lost_mass(pairs: Sequence[tuple[Result, Result]]) -> Iterable[str]:
    for result, base in pairs:
        for split in in_order(tuple(result.splits)):
            valid = compare(result, base, "valid_mass", split, resamples=1)
            if valid.mean is None or valid.base_mean is None:
                continue
            if valid.base_mean - valid.mean > VALIDITY_MARGIN:
                yield (
                    f"{result.label} lost valid mass on {split_title(split).lower()}: "
                    f"{percent(valid.base_mean)} before, {percent(valid.mean)} after."
                )


def _goal_in_words(line: GoalLine) -> str:
    comparison = line.comparison
    title = BY_KEY[comparison.metric].in_sentence
    ratio = comparison.ratio
    shown = written("", ratio.value)
    where = split_title(comparison.split).lower()
    return f"{title} on {where} ({shown} of base, goal {line.goal.written})"
