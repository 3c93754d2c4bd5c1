"""Coordinates in which a family is spanned, where they are not the parameters the prompt shows.

The published grids give a uniform by its left end and width, a triangular by left end, width and
mode fraction, a hypergeometric by its success fraction. All other families: the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Parameters = dict[str, float]


def parameters_at(family: str, coordinates: Mapping[str, float]) -> Parameters:
    """The prompt's parameters of `family` at these coordinates, unchecked."""
    return _PARAMETERS.get(family, dict)(coordinates)


def _uniform(at: Mapping[str, float]) -> Parameters:
    return {"a": at["a"], "b": at["a"] + at["width"]}


def _triangular(at: Mapping[str, float]) -> Parameters:
    a, width = at["a"], at["width"]
    return {"a": a, "c": a + width * at["mode_fraction"], "b": a + width}


def _hypergeometric(at: Mapping[str, float]) -> Parameters:
    return {"M": at["M"], "K": round(at["M"] * at["success_fraction"]), "N": at["N"]}


_PARAMETERS: Mapping[str, Callable[[Mapping[str, float]], Parameters]] = {
    "uniform": _uniform,
    "triangular": _triangular,
    "hypergeometric": _hypergeometric,
}
