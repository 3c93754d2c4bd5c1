"""Whether a condition is compared with a base of other weights: one of the two was rounded.

An adapter may be trained on four-bit weights and measured on them, or on the model as it is; either
may stand beside a base of the other kind. Then what sets the two apart is partly the rounding, and
nobody can say which part. It is told for the page, the overview and the card.
"""

from collections.abc import Iterable

from aleator.report.results import Collection, Result
from aleator.report.sentences import listed

_TRAINED = "quantisation"
"""What `Result.training` calls the rounding in training; absent where the weights were as they are
or nothing is known."""


def rounded_otherwise(collection: Collection) -> Iterable[str]:
    """A sentence for all conditions that are compared with a base of the same other weights.

    And one for those that were measured on other weights than their adapters were trained on.
    """
    unlike: dict[tuple[str, str, str], list[str]] = {}
    moved: dict[tuple[str, str], list[str]] = {}
    for result in collection.results:
        for base in _bases(collection, result):
            if base.quantisation != result.quantisation:
                how = _weights(result.quantisation), base.label, _weights(base.quantisation)
                unlike.setdefault(how, []).append(result.label)
        trained = result.training.get(_TRAINED)
        known = bool(result.training) and not result.is_base
        if known and trained != result.quantisation:
            ways = _weights(trained), _weights(result.quantisation)
            moved.setdefault(ways, []).append(result.label)
    for (mine, base, theirs), labels in unlike.items():
        yield (
            f"{listed(labels)}: measured on {mine}, but compared with {base} on {theirs}, so that "
            "part of what changed may be the rounding; measure base on the same weights "
            "(`aleator eval --quantisation`) and name that folder, too."
        )
    for (before, after), labels in moved.items():
        yield f"{listed(labels)}: trained on {before}, but measured on {after}."


def _bases(collection: Collection, result: Result) -> list[Result]:
    """What the benchmarks of a condition are compared with, each base once."""
    if result.is_base:
        return []
    found: list[Result] = []
    for bench in sorted(result.benches):
        base = collection.base_of(result, bench)
        if base is not None and base not in found:
            found.append(base)
    return found


def _weights(quantisation: str | None) -> str:
    if quantisation is None:
        return "the model's weights as they are"
    return f"weights rounded to four bits ({quantisation})"
