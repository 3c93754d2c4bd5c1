"""What the section on closed sets says: how far the top answer's share fell, and at what price.

Set by set a condition is compared with its base over the wordings that both were asked; sets weigh
equal. Exact figures are compared with exact ones, drawn ones with drawn ones, never across.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aleator.metrics.paired import VALIDITY_MARGIN
from aleator.report.closed_sets.measures import (
    ALL,
    HELD_OUT,
    TOP_SHARE_GOAL,
    TOP_SHARES,
    VALID_GOAL,
    VALID_SHARES,
    VARIATIONS,
    main_split,
    split_title,
)
from aleator.report.closed_sets.reading import NAME, ClosedRow, ClosedSets
from aleator.report.comparisons import Verdict, verdict
from aleator.report.estimates import UNDEFINED, Estimate
from aleator.report.measures import percent, significant
from aleator.report.pairing import Change, ratio_of_means
from aleator.report.results import Collection, Result
from aleator.report.sentences import Told, listed, plural, with_interval


@dataclass(frozen=True)
class Compared:
    """A condition beside its base on the main split.

    Attributes:
        label: The condition.
        language: It was trained on language targets: the goal is about it.
        split: Which sets.
        top: Share of the top answer; None where nothing compares.
        variation: Total variation; None where nothing compares.
        valid: Valid mass, or rate; None where nothing compares.
        valid_now: The condition's own, with its interval.
        unpaired: Prompts of the split whose top answer's share is not compared.
    """

    label: str
    language: bool
    split: str
    top: Change | None
    variation: Change | None
    valid: Change | None
    valid_now: Estimate
    unpaired: int

    @property
    def goal(self) -> Verdict | None:
        """Whether the goal was met; None where it is not about this condition."""
        if not self.language or self.split != HELD_OUT:
            return None
        ratio = UNDEFINED if self.top is None else self.top.change
        found = {verdict(ratio, TOP_SHARE_GOAL), _at_least(self.valid_now, VALID_GOAL)}
        order: tuple[Verdict, ...] = ("not met", "not measured", "undecided", "met")
        return next(one for one in order if one in found)


def closed_sets_told(collection: Collection) -> Told:
    """The section's sentences."""
    having = collection.having(NAME)
    benches = {place: one.closed_sets for place, one in having.items() if one.closed_sets}
    split = main_split(list(benches.values()))
    bases = [one for one in having.values() if one.is_base]
    compared = [compare_sets(result, base, split) for result, base in collection.pairs(NAME)]
    return Told(
        base=tuple(told for base in bases for told in _collapse(base, split)),
        changes=_in_one_line(compared, split),
        failures=tuple(told for one in compared for told in _failures(one)),
        details=tuple(_detail(one) for one in compared),
    )


def compare_sets(result: Result, base: Result, split: str) -> Compared:
    """A condition beside its base; both have the benchmark."""
    ours, theirs = result.closed_sets, base.closed_sets
    assert ours is not None and theirs is not None, "both have it"
    return Compared(
        label=result.label,
        language=any(name.startswith("targets.") for name in result.training),
        split=split,
        top=_change(ours, theirs, TOP_SHARES, split),
        variation=_change(ours, theirs, VARIATIONS, split),
        valid=_change(ours, theirs, VALID_SHARES, split),
        valid_now=_known(ours, VALID_SHARES, split),
        unpaired=len(_asked(ours, split) | _asked(theirs, split))
        - len(_comparable(ours, theirs, TOP_SHARES, split)[1]),
    )


def _change(
    ours: ClosedSets, theirs: ClosedSets, measures: tuple[str, str], split: str
) -> Change | None:
    measure, keys = _comparable(ours, theirs, measures, split)
    if not keys:
        return None
    return ratio_of_means(*(_set_means(one, keys, measure) for one in (ours, theirs)))


def _comparable(
    ours: ClosedSets, theirs: ClosedSets, measures: tuple[str, str], split: str
) -> tuple[str, list[str]]:
    """The exact measure if both sides have it, otherwise the drawn one, and for which prompts."""
    shared = _asked(ours, split) & _asked(theirs, split)
    keys = [key for key in ours.rows if key in shared]
    for measure in measures:
        found = [key for key in keys if _both(ours.rows[key], theirs.rows[key], measure)]
        if found:
            return measure, found
    return measures[0], []


def _asked(bench: ClosedSets, split: str) -> set[str]:
    return {key for key, row in bench.rows.items() if split in (ALL, row.split)}


def _both(ours: ClosedRow, theirs: ClosedRow, measure: str) -> bool:
    return ours.figures.get(measure) is not None and theirs.figures.get(measure) is not None


def _set_means(bench: ClosedSets, keys: Sequence[str], measure: str) -> dict[str, float | None]:
    values: dict[str, list[float]] = {}
    for key in keys:
        figure = bench.rows[key].figures[measure]
        if figure is not None:
            values.setdefault(bench.rows[key].name, []).append(figure)
    return {name: sum(found) / len(found) for name, found in values.items()}


def _known(bench: ClosedSets, measures: tuple[str, str], split: str) -> Estimate:
    """The first of the measures that is defined in the means of a split."""
    mean = bench.splits[split].mean if split in bench.splits else {}
    found = [mean[measure] for measure in measures if measure in mean]
    return next((one for one in found if one.value is not None), UNDEFINED)


def _at_least(estimate: Estimate, goal: float) -> Verdict:
    if estimate.low is None or estimate.high is None:
        return "not measured"
    if estimate.low >= goal:
        return "met"
    return "not met" if estimate.high < goal else "undecided"


def _collapse(base: Result, split: str) -> Iterable[str]:
    bench = base.closed_sets
    if bench is None or split not in bench.splits:
        return
    mean = bench.splits[split].mean
    top, right = _known(bench, TOP_SHARES, split), mean.get("target_top_share", UNDEFINED)
    away = _known(bench, VARIATIONS, split)
    if top.value is None:
        yield f"{base.label}, closed sets: no right answer was given, so nothing can be said."
        return
    perfect = "" if right.value is None else f", where {percent(right.value)} would be right"
    distance = "" if away.value is None else f"; total variation {significant(away.value)}"
    where = split_title(split).lower()
    yield (
        f"{base.label}, closed sets ({where}): the top answer takes {percent(top.value)} of the "
        f"right ones{perfect}{distance}."
    )


def _in_one_line(compared: Sequence[Compared], split: str) -> tuple[str, ...]:
    parts = []
    for one in compared:
        ratio = None if one.top is None else one.top.change.value
        if ratio is not None:
            parts.append(f"{significant(ratio)} of base's with {one.label}{_valid(one)}")
    if not parts:
        return ()
    where = split_title(split).lower()
    return (f"Closed sets ({where}): the top answer's share is {listed(parts)}.",)


def _valid(one: Compared) -> str:
    value = one.valid_now.value
    return "" if value is None else f" ({percent(value)} valid)"


def _detail(one: Compared) -> str:
    where = f"{one.label}, {split_title(one.split).lower()}"
    if one.top is None or one.top.mean is None or one.top.base is None:
        return (
            f"{where}: not compared with base, for they share no prompt with a figure of the "
            "same kind, exact or drawn."
        )
    shares = f"{percent(one.top.base)} before, {percent(one.top.mean)} after"
    told = (
        f"{where}: the top answer's share is {with_interval(one.top.change)} of base's ({shares}; "
        f"paired over {plural(one.top.count, 'set')}{_missing(one)}){_valid_detail(one)}."
    )
    goal = one.goal
    if goal is None:
        return told
    return f"{told} The goal, at most half of base's with valid mass at 80% or more: {goal}."


def _missing(one: Compared) -> str:
    return f", {plural(one.unpaired, 'prompt')} not compared" if one.unpaired else ""


def _valid_detail(one: Compared) -> str:
    now = one.valid_now
    if now.value is None:
        return ""
    ends = ""
    if now.low is not None and now.high is not None:
        ends = f" (95% interval {percent(now.low)} … {percent(now.high)})"
    before = ""
    if one.valid is not None and one.valid.base is not None:
        before = f", base {percent(one.valid.base)}"
    state = {
        "met": f"at {VALID_GOAL:g} or more",
        "not met": f"below {VALID_GOAL:g}",
        "undecided": f"the interval holds {VALID_GOAL:g}",
        "not measured": "without an interval",
    }[_at_least(now, VALID_GOAL)]
    return f"; valid answers take {percent(now.value)}{ends}{before}: {state}"


def _failures(one: Compared) -> Iterable[str]:
    where = f"closed sets ({split_title(one.split).lower()})"
    if one.goal is not None and one.goal != "met":
        ratio = None if one.top is None else one.top.change
        share = "not measured" if ratio is None else f"{with_interval(ratio)} of base's"
        yield (
            f"{one.label}, {one.goal}: the top answer's share on {where} at most half of base's "
            f"with valid mass at 80% or more (share {share}{_valid(one)})."
        )
    valid = one.valid
    if valid is None or valid.base is None or valid.mean is None:
        return
    if valid.base - valid.mean > VALIDITY_MARGIN:
        yield (
            f"{one.label} lost valid answers on {where}: "
            f"{percent(valid.base)} before, {percent(valid.mean)} after, "
            f"{with_interval(valid.change)} of base's."
        )
