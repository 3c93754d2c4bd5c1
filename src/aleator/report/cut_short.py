"""What a `limit` left out: prompts and whole families of the published splits, in sentences.

And whether conditions were asked about different closed sets, have no base to compare with, or one
of other weights.

Told from result.json and its rows alone, so that a page on any evaluation says it, not the demo's
only. Of the other benchmarks than the numeric one it is not known here how many prompts are whole.
"""

from collections.abc import Iterable

from aleator.distributions.grid_points import GRIDS
from aleator.distributions.grids import SPLITS
from aleator.report.closed_sets.reading import NAME as CLOSED_SETS
from aleator.report.measures import in_order, split_title
from aleator.report.results import NUMERIC, Collection, Result
from aleator.report.roundings import rounded_otherwise
from aleator.report.sentences import listed

_NO_LIMIT = "none"
_NAMED = 6
"""Conditions up to this many are named where a sentence is about all."""


def cut_short(collection: Collection) -> tuple[str, ...]:
    """What limits left out; conditions that left out the same share a sentence."""
    labels: dict[str, list[str]] = {}
    for result in collection.results:
        for sentence in [*_numeric(result), *_others(result)]:
            labels.setdefault(sentence, []).append(result.label)
    count = len(collection.results)
    told = [
        f"{'all conditions' if len(names) == count > _NAMED else listed(names)}: {sentence}"
        for sentence, names in labels.items()
    ]
    return (
        *told,
        *_different_sets(collection),
        *_without_base(collection),
        *rounded_otherwise(collection),
    )


def _without_base(collection: Collection) -> Iterable[str]:
    """That nothing is compared, where a model's own answers are not there."""
    based = {one.model for one in collection.results if one.is_base}
    alone = dict.fromkeys(one.model for one in collection.results if one.model not in based)
    if alone:
        yield (
            f"Of {listed(list(alone))} there is no evaluation as it is, without an adapter and "
            "plainly asked, so nothing of it is compared with base; evaluate it and name that "
            "folder, too."
        )


def _different_sets(collection: Collection) -> Iterable[str]:
    """Whether closed sets were read from files that are not the same."""
    labels: dict[str, list[str]] = {}
    files: dict[str, str] = {}
    for result in collection.having(CLOSED_SETS).values():
        digest = result.settings.get(f"{CLOSED_SETS}: targets_sha256", "")
        file = result.settings.get(f"{CLOSED_SETS}: targets", _NO_LIMIT)
        files.setdefault(digest, "the benchmark's own sets" if file == _NO_LIMIT else file)
        labels.setdefault(digest, []).append(result.label)
    if len(labels) > 1:
        told = "; ".join(f"{listed(names)}: {files[one]}" for one, names in labels.items())
        yield (
            f"Closed sets were not read from one file, so that their means are not of the same "
            f"sets: {told}."
        )


def _numeric(result: Result) -> Iterable[str]:
    limit = _limit(result, NUMERIC)
    if limit is None:
        return
    for split in in_order(tuple(result.splits)):
        known = next((one for one in SPLITS if one == split), None)
        if known is None:
            continue
        whole = sum(1 for grid in GRIDS[known].values() for _ in grid.points())
        prompts = result.splits[split].prompts
        if prompts >= whole:
            continue
        missing = [name for name in GRIDS[known] if name not in result.splits[split].families]
        where = split_title(split).lower()
        told = f"only {prompts} of {whole} prompts of {where} were evaluated (limit {limit})"
        if missing:
            told += (
                f"; {len(missing)} of its {len(GRIDS[known])} families are missing altogether: "
                f"{listed(missing)}"
            )
        yield f"{told}."


def _others(result: Result) -> Iterable[str]:
    limits = {bench: _limit(result, bench) for bench in sorted(result.benches - {NUMERIC})}
    told = [f"{bench} (limit {limit})" for bench, limit in limits.items() if limit is not None]
    if told:
        yield f"perhaps not every prompt was asked of {listed(told)}."


def _limit(result: Result, bench: str) -> str | None:
    limit = result.settings.get(f"{bench}: limit")
    return None if limit == _NO_LIMIT else limit
