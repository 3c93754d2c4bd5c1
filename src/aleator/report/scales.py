"""Evaluations of one adapter at several scales: which stand for it, and what each is called.

`aleator eval --adapter-scale 0,0.25,1` leaves one evaluation a scale. One of them, the one nearest
to the adapter as it was trained, takes part in the page's sections like any condition; the others
are for the trade-off alone, or the page would be about little else. Scale 0 is the model as it is:
where no evaluation of the model without an adapter was given, it serves as base.
"""

from collections.abc import Sequence

from aleator.report.method_costs import asked_otherwise
from aleator.report.results import Result

SCALE_FOLDERS = "scale-"
"""What the folders of the scales are called, before the scale."""

AdapterKey = tuple[str, str | None, str | None, str]
"""What evaluations of one adapter share."""


def adapter_key(result: Result) -> AdapterKey:
    """The model, what it was rounded to, the adapter, and how it was asked."""
    return result.model, result.quantisation, result.adapter, asked_otherwise(result.methods)


def told_apart(results: Sequence[Result]) -> tuple[list[Result], tuple[Result, ...]]:
    """The page's conditions, in the order given, and the other scales, ascending by adapter."""
    groups: dict[AdapterKey, list[Result]] = {}
    for result in results:
        if result.adapter is not None:
            groups.setdefault(adapter_key(result), []).append(result)
    aside: list[Result] = []
    for group in groups.values():
        nearest = min(group, key=_distance).adapter_scale
        others = [one for one in group if one.adapter_scale != nearest]
        aside += sorted(others, key=lambda one: one.adapter_scale)
    moved = {one.directory for one in aside}
    moved -= {one.directory for one in _missing_bases(results, aside)}
    return (
        [one for one in results if one.directory not in moved],
        tuple(one for one in aside if one.directory in moved),
    )


def scale_label(result: Result) -> str:
    """What an evaluation is called: its folder, and its scale where that is not 1."""
    folder = result.directory.resolve()
    stem = folder.parent.name if folder.name.startswith(SCALE_FOLDERS) else folder.name
    return stem if result.adapter_scale == 1 else f"{stem} {written_scale(result)}"


def written_scale(result: Result) -> str:
    """A scale as the page writes it."""
    return f"×{result.adapter_scale:g}"


def _distance(result: Result) -> tuple[bool, float, float]:
    """How far from the adapter as trained; of two, the larger scale is nearer, and 0 is last."""
    scale = result.adapter_scale
    return scale == 0, abs(scale - 1), -scale


def _missing_bases(results: Sequence[Result], aside: Sequence[Result]) -> list[Result]:
    """Scales 0 that serve as base: the first of a model of which no other base was given."""
    moved = {one.directory for one in aside}
    served = {one.model for one in results if one.is_base and one.directory not in moved}
    found = []
    for one in aside:
        if one.is_base and one.model not in served:
            served.add(one.model)
            found.append(one)
    return found
