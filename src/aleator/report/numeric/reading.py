"""What a directory says of the numeric benchmark; ``benchmarks.numeric`` has the layout."""

from pathlib import Path

from aleator.errors import InputError
from aleator.report.estimates import read_bare_figures, read_counts, read_estimates
from aleator.report.fields import Field
from aleator.report.results import Curve, PromptResult, SplitResult
from aleator.report.row_files import row_fields

NAME = "numeric"
FIGURES = frozenset({"splits"})
"""What result.json holds of it besides settings."""

_ROW_FIELDS = frozenset({"key", "split", "family", "prompt", "parameters", "cdf"})


def read_splits(bench: Field) -> dict[str, SplitResult]:
    """The aggregates of every split.

    Raises:
        InputError: The file is not as it should be.
    """
    return {name: _split(item) for name, item in bench.get("splits").items().items()}


def read_prompts(directory: Path) -> tuple[PromptResult, ...]:
    """The rows.

    Raises:
        InputError: They are missing or not as they should be.
    """
    return tuple(_row(row) for row in row_fields(directory, NAME))


def _split(item: Field) -> SplitResult:
    families = {
        family: read_estimates(metrics) for family, metrics in item.get("families").items().items()
    }
    return SplitResult(
        prompts=item.get("prompts").whole(),
        family_mean=read_estimates(item.get("family_mean")),
        family_median=read_estimates(item.get("family_median")),
        families=families,
        left_out=read_counts(item.find("left_out")),
    )


def _row(item: Field) -> PromptResult:
    curve = item.find("cdf")
    parameters = item.find("parameters")
    metrics = {
        name: figure for name, figure in read_bare_figures(item).items() if name not in _ROW_FIELDS
    }
    return PromptResult(
        key=item.get("key").text(),
        split=item.get("split").text(),
        family=item.get("family").text(),
        prompt=item.get("prompt").text(),
        parameters=_parameters(parameters) if parameters else (),
        metrics=metrics,
        curve=_curve(curve) if curve else None,
    )


def _parameters(item: Field) -> tuple[tuple[str, float], ...]:
    read = ((name, value.number()) for name, value in item.items().items())
    return tuple((name, value) for name, value in read if value is not None)


def _curve(item: Field) -> Curve:
    curve = Curve(
        values=item.get("values").numbers(),
        target=item.get("target").numbers(),
        model=item.get("model").numbers(),
    )
    if not len(curve.values) == len(curve.target) == len(curve.model):
        raise InputError(f"{item.file}: {item.place} has lists of different lengths")
    return curve
