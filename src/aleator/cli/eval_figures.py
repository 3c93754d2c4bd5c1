"""What `aleator eval` says at its end: the first figures to look at, a line a split, set or task.

They are those of ``result.json`` with their 95% intervals; everything else, and how figures of two
models compare, is the report's to show. Drawn figures stand for exact ones where there are none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from aleator.files import read_json
from aleator.report.estimates import UNDEFINED, read_estimate
from aleator.report.fields import Field
from aleator.report.measures import significant

_Titles = Mapping[str, tuple[str, ...]]
"""A figure's name for people, and where it stands: the first that is defined."""

_NUMERIC: _Titles = {
    "value TV": ("value_tv",),
    "normalised W1": ("w1_normalised", "w1_sampled"),
    "valid": ("valid_mass", "valid_rate"),
}
_CLOSED_SETS: _Titles = {
    "TV": ("tv", "tv_sampled"),
    "top answer's share": ("top_share", "top_share_sampled"),
    "valid": ("valid_mass", "valid_rate"),
}
_OPEN_ENDED: _Titles = {
    "top answer's share": ("top_share",),
    "effective answers": ("effective_answers",),
    "support size": ("support_size",),
}
_MCQ: _Titles = {"parsed": ("parse_rate",), "TV of the positions": ("total_variation",)}
_NOVELTY: _Titles = {"different answers": ("distinct",), "utility": ("utility",)}
_PERPLEXITY: _Titles = {"perplexity": ("perplexity",), "bits a byte": ("bits_per_byte",)}


def headline_figures(path: Path, benches: Sequence[str]) -> list[str]:
    """A line or more for each of some benchmarks.

    Args:
        path: Of a ``result.json``.
        benches: Those to tell of, which it holds.

    Raises:
        InputError: The file is not as `aleator eval` writes it.
    """
    found = Field(read_json(path), path).get("bench")
    lines = [line for name in benches for line in _LINES[name](found.get(name))]
    return [*lines, "(in brackets: 95% intervals)"]


def _numeric(bench: Field) -> Iterator[str]:
    for split, summary in bench.get("splits").items().items():
        what = f"numeric, {split.replace('_', ' ')}"
        prompts = summary.get("prompts").whole()
        yield _line(what, f"{prompts:,} prompts", _NUMERIC, summary.get("family_mean"))


def _closed_sets(bench: Field) -> Iterator[str]:
    splits = bench.get("splits").items()
    for split, summary in splits.items():
        if split == "all" and len(splits) > 2:
            continue  # they are told one by one
        sets, prompts = (summary.get(name).whole() for name in ("sets", "prompts"))
        what = f"closed_sets, {split.replace('_', ' ')}"
        yield _line(what, f"{sets} sets, {prompts:,} prompts", _CLOSED_SETS, summary.get("mean"))


def _open_ended(bench: Field) -> Iterator[str]:
    prompts = bench.get("prompts").whole()
    yield _line("open_ended", f"{prompts:,} prompts", _OPEN_ENDED, bench.get("mean"))


def _mcq_positions(bench: Field) -> Iterator[str]:
    drawn = bench.get("drawn").whole()
    yield _line("mcq_positions", f"{drawn:,} questions drawn", _MCQ, bench.get("strict"))


def _novelty(bench: Field) -> Iterator[str]:
    for name, summary in bench.get("sets").items().items():
        count = f"{summary.get('prompts').whole():,} prompts, {bench.get('draws').whole()} draws"
        yield _line(f"novelty, {name}", count, _NOVELTY, summary)


def _knowledge(bench: Field) -> Iterator[str]:
    for task in bench.get("tasks").parts():
        what, count = task.get("task").text(), f"{task.get('items').whole():,} items"
        yield _line(f"knowledge, {what}", count, {task.get("metric").text(): ("value",)}, task)


def _perplexity(bench: Field) -> Iterator[str]:
    for one in bench.get("slices").parts():
        what, count = one.get("slice").text(), f"{one.get('documents').whole():,} documents"
        yield _line(f"perplexity, {what}", count, _PERPLEXITY, one)


_LINES: Mapping[str, Callable[[Field], Iterator[str]]] = {
    "numeric": _numeric,
    "closed_sets": _closed_sets,
    "open_ended": _open_ended,
    "mcq_positions": _mcq_positions,
    "novelty": _novelty,
    "knowledge": _knowledge,
    "perplexity": _perplexity,
}


def _line(what: str, count: str, titles: _Titles, figures: Field) -> str:
    told = [f"{title} {_figure(figures, keys)}" for title, keys in titles.items()]
    return f"{what} ({count}): {', '.join(told)}"


def _figure(figures: Field, keys: Sequence[str]) -> str:
    """The first of some figures that is defined, with its interval."""
    read = (figures.find(key) for key in keys)
    known = [one for one in map(read_estimate, filter(None, read)) if one.value is not None]
    estimate = known[0] if known else UNDEFINED
    if estimate.value is None:
        return "undefined"
    if estimate.low is None or estimate.high is None or estimate.low == estimate.high:
        return significant(estimate.value)  # of too few prompts for an interval with a width
    return (
        f"{significant(estimate.value)} "
        f"[{significant(estimate.low)} to {significant(estimate.high)}]"
    )
