"""Evaluations of one condition that lie in several folders become one.

They are joined where model, adapter, its scale, seed, rounding and way of asking are the same, the
weights that run.yaml names do not differ, and no benchmark is there twice: first those side by side
in one folder, as a matrix of runs leaves them, then the rest. Other models or conditions of a
matrix are never joined, whatever they have in common. What has a benchmark twice stays apart, for
nobody knows which of the two belongs to the others. Each benchmark keeps its own folder, so that
every number leads back to its file.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aleator.report.matrix_folder import cell_of
from aleator.report.method_costs import PLAIN
from aleator.report.results import Result
from aleator.report.scales import scale_label


def joined(results: Sequence[Result]) -> list[Result]:
    """Conditions, each where the first of its evaluations stood."""
    beside = _grouped(results, lambda one: (_condition(one), one.directory.resolve().parent))
    return _grouped(beside, _condition)


def called(result: Result) -> str:
    """What a condition is called after its folders.

    In a matrix that is the condition's folder; so it is where every folder is called after its
    benchmark. Folders of other names are all named.
    """
    cell = cell_of(result.directory)
    if cell is not None:
        return cell.condition
    if len(result.folders) == 1:
        return scale_label(result)
    parents = {folder.resolve().parent for folder in result.folders}
    if len(parents) == 1 and all(
        folder.resolve().name == bench for bench, folder in result.parts.items()
    ):
        return parents.pop().name
    names = [scale_label(replace(result, directory=folder)) for folder in result.folders]
    return " + ".join(dict.fromkeys(names))


def _condition(result: Result) -> Hashable:
    """What the evaluations of one condition share."""
    ways = {(one.name, one.temperature) for one in result.methods.values() if one.name != PLAIN}
    cell = cell_of(result.directory)
    return (
        None if cell is None else (cell.model, cell.condition),
        result.model,
        result.adapter,
        result.adapter_scale,
        result.seed,
        result.weights,
        result.quantisation,
        frozenset(ways),
    )


def _grouped(results: Sequence[Result], key: Callable[[Result], Hashable]) -> list[Result]:
    groups: dict[Hashable, list[int]] = {}
    for place, result in enumerate(results):
        groups.setdefault(key(result), []).append(place)
    found: dict[int, Result] = {}
    for places in groups.values():
        group = [results[place] for place in places]
        if _disjoint(group):
            found[places[0]] = _one(group)
        else:
            found |= dict(zip(places, group, strict=True))
    return [found[place] for place in sorted(found)]


def _disjoint(group: Sequence[Result]) -> bool:
    benches = [bench for result in group for bench in result.benches]
    return len(benches) == len(set(benches))


def _one(group: Sequence[Result]) -> Result:
    """One condition with the benchmarks of all."""
    whole = group[0]
    for part in group[1:]:
        whole = replace(
            whole,
            parts={**_parts(whole), **_parts(part)},
            versions=_together(whole.versions, part.versions),
            command=_both(whole.command, part.command),
            settings=_together(whole.settings, part.settings),
            splits=part.splits or whole.splits,
            rows=part.rows or whole.rows,
            closed_sets=part.closed_sets or whole.closed_sets,
            open_ended=part.open_ended or whole.open_ended,
            mcq_positions=part.mcq_positions or whole.mcq_positions,
            novelty=part.novelty or whole.novelty,
            knowledge=part.knowledge or whole.knowledge,
            perplexity=part.perplexity or whole.perplexity,
            row_files={**whole.row_files, **part.row_files},
            methods={**whole.methods, **part.methods},
        )
    return whole


def _parts(result: Result) -> dict[str, Path]:
    """Where its benchmarks lie, in an order that is the same every time."""
    return dict(result.parts) or dict.fromkeys(sorted(result.benches), result.directory)


def _together(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """What both say by name; where they differ, both values."""
    names = dict.fromkeys([*one, *other])
    return {name: _both(one.get(name), other.get(name)) or "" for name in names}


def _both(one: str | None, other: str | None) -> str | None:
    told = [*(one.split("; ") if one else ()), *(other.split("; ") if other else ())]
    return "; ".join(dict.fromkeys(told)) or None
