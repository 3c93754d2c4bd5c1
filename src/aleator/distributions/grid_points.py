"""The published grids' axes and the published tables' points, as data, by family.

`_linear` and `_log` are numpy's linspace and geomspace (first, last, points). Coordinates that are
no parameters (width, mode_fraction, success_fraction) are explained in coordinates.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Axes = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Grid:
    """The outer product of `axes` in the order given, the last one fastest.

    With more than `max_specs` rows it is thinned evenly over the row index; no published grid is.
    """

    max_specs: int
    axes: Axes

    def points(self) -> Iterator[dict[str, float]]:
        """The grid's points, each a value for every axis."""
        rows = list(itertools.product(*self.axes.values()))
        for index in np.linspace(0, len(rows) - 1, min(self.max_specs, len(rows)), dtype=int):
            yield dict(zip(self.axes, rows[index], strict=True))


def _linear(first: float, last: float, points: int) -> tuple[float, ...]:
    return tuple(np.linspace(first, last, points).tolist())


def _log(first: float, last: float, points: int) -> tuple[float, ...]:
    return tuple(np.geomspace(first, last, points).tolist())


def _train_location(location: str, scale: str) -> Grid:
    """The train grid that all location-scale families share."""
    return Grid(121, {location: _linear(-2.0, 2.0, 11), scale: _log(0.5, 2.0, 11)})


def _unseen_location(location: str, scale: str) -> Grid:
    return Grid(36, {location: _linear(2.5, 4.0, 6), scale: _log(2.25, 3.5, 6)})


_CENTRAL_P = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8)

_TRAIN: Mapping[str, Grid] = {
    "uniform": Grid(121, {"a": _linear(-5.0, 2.0, 11), "width": _linear(1.0, 5.0, 11)}),
    "gaussian": _train_location("mu", "sigma"),
    "beta": Grid(121, {"alpha": _log(0.5, 5.0, 11), "beta": _log(0.5, 5.0, 11)}),
    "binomial": Grid(44, {"n": (5, 10, 15, 20), "p": _CENTRAL_P}),
    "exponential": Grid(25, {"lambda": _log(0.5, 5.0, 25)}),
    "geometric": Grid(
        13, {"p": (0.2, 0.225, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.775, 0.8)}
    ),
    "negative_binomial": Grid(44, {"r": (3, 5, 8, 12), "p": _CENTRAL_P}),
    "lognormal": Grid(121, {"mu": _linear(-1.0, 1.5, 11), "sigma": _log(0.25, 1.25, 11)}),
    "triangular": Grid(
        125,
        {
            "a": _linear(-3.0, 1.0, 5),
            "width": _linear(1.0, 5.0, 5),
            "mode_fraction": (0.1, 0.3, 0.5, 0.7, 0.9),
        },
    ),
    "rayleigh": Grid(25, {"sigma": _log(0.5, 2.0, 25)}),
    "cauchy": _train_location("x0", "gamma"),
    "student_t": Grid(12, {"nu": (2.5, 2.75, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)}),
    "chi_square": Grid(
        13, {"nu": (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0)}
    ),
    "f_distribution": Grid(16, {"d1": (3, 5, 7, 10), "d2": (5, 10, 15, 20)}),
    "gamma": Grid(121, {"alpha": _log(1.0, 5.0, 11), "beta": _log(1.0, 5.0, 11)}),
    "laplace": _train_location("mu", "b"),
    "logistic": _train_location("mu", "s"),
    "pareto": Grid(
        99, {"alpha": (2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 4.5, 5.0), "xm": _log(0.5, 2.0, 11)}
    ),
    "hypergeometric": Grid(
        45,
        {"M": (30, 50, 80), "N": (5, 10, 15), "success_fraction": (0.2, 0.35, 0.5, 0.65, 0.8)},
    ),
    "gumbel": _train_location("mu", "beta"),
    "skellam": Grid(121, {"mu1": _log(1.0, 8.0, 11), "mu2": _log(1.0, 8.0, 11)}),
    "beta_binomial": Grid(
        75, {"n": (10, 20, 30), "alpha": _log(0.5, 5.0, 5), "beta": _log(0.5, 5.0, 5)}
    ),
    "lomax": Grid(121, {"alpha": _log(1.5, 4.0, 11), "lambda": _log(0.5, 3.0, 11)}),
    "inverse_gaussian": Grid(121, {"mu": _log(0.5, 3.0, 11), "lambda": _log(0.5, 5.0, 11)}),
}

_UNSEEN_PARAMETERS: Mapping[str, Grid] = {
    "uniform": Grid(36, {"a": _linear(2.5, 4.5, 6), "width": _linear(5.5, 8.0, 6)}),
    "gaussian": _unseen_location("mu", "sigma"),
    "beta": Grid(36, {"alpha": _log(5.5, 8.0, 6), "beta": _log(5.5, 8.0, 6)}),
    "binomial": Grid(10, {"n": (25, 30), "p": (0.25, 0.4, 0.5, 0.6, 0.75)}),
    "exponential": Grid(12, {"lambda": _log(5.5, 8.0, 12)}),
    "geometric": Grid(10, {"p": (0.05, 0.075, 0.1, 0.125, 0.15, 0.85, 0.875, 0.9, 0.925, 0.95)}),
    "negative_binomial": Grid(12, {"r": (15, 20), "p": (0.1, 0.15, 0.2, 0.8, 0.85, 0.9)}),
    "lognormal": Grid(36, {"mu": _linear(1.75, 3.0, 6), "sigma": _log(1.5, 2.25, 6)}),
    "triangular": Grid(
        27,
        {
            "a": _linear(1.5, 3.5, 3),
            "width": _linear(5.5, 8.0, 3),
            "mode_fraction": (0.1, 0.5, 0.9),
        },
    ),
    "rayleigh": Grid(12, {"sigma": _log(2.25, 3.5, 12)}),
    "cauchy": _unseen_location("x0", "gamma"),
    "student_t": Grid(6, {"nu": (10.5, 12.0, 14.0, 16.0, 18.0, 20.0)}),
    "chi_square": Grid(6, {"nu": (21.0, 24.0, 28.0, 32.0, 36.0, 40.0)}),
    "f_distribution": Grid(4, {"d1": (12, 15), "d2": (24, 30)}),
    "gamma": Grid(36, {"alpha": _log(5.5, 8.0, 6), "beta": _log(5.5, 8.0, 6)}),
    "laplace": _unseen_location("mu", "b"),
    "logistic": _unseen_location("mu", "s"),
    "pareto": Grid(30, {"alpha": (5.5, 6.0, 6.5, 7.0, 8.0), "xm": _log(2.5, 4.0, 6)}),
    "hypergeometric": Grid(
        12, {"M": (100, 120), "N": (20, 25), "success_fraction": (0.2, 0.5, 0.8)}
    ),
    "gumbel": _unseen_location("mu", "beta"),
    "skellam": Grid(36, {"mu1": _log(8.5, 12.0, 6), "mu2": _log(8.5, 12.0, 6)}),
    "beta_binomial": Grid(
        18, {"n": (40, 50), "alpha": _log(5.5, 8.0, 3), "beta": _log(5.5, 8.0, 3)}
    ),
    "lomax": Grid(36, {"alpha": _log(4.5, 7.0, 6), "lambda": _log(3.5, 5.0, 6)}),
    "inverse_gaussian": Grid(36, {"mu": _log(3.5, 6.0, 6), "lambda": _log(5.5, 8.0, 6)}),
}

_HELD_OUT_FAMILIES: Mapping[str, Grid] = {
    "bernoulli": Grid(5, {"p": (0.1, 0.3, 0.5, 0.7, 0.9)}),
    "poisson": Grid(17, {"lambda": _log(1.0, 12.0, 17)}),
    "weibull": Grid(36, {"k": _log(0.5, 3.0, 6), "lambda": _log(0.5, 3.0, 6)}),
    "maxwell": Grid(9, {"scale": (0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)}),
    "chi": Grid(9, {"df": (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 20.0)}),
    "truncnorm": Grid(
        16, {"mu": (0.0, 1.0), "sigma": (1.0, 1.5), "lower": (-2.0, -1.0), "upper": (1.0, 2.0)}
    ),
}

GRIDS: Mapping[str, Mapping[str, Grid]] = {
    "train": _TRAIN,
    "unseen_parameters": _UNSEEN_PARAMETERS,
    "held_out_families": _HELD_OUT_FAMILIES,
}

SELECTED: Mapping[str, tuple[Mapping[str, float], ...]] = {
    "uniform": ({"a": 3.5, "width": 7.0},),
    "gaussian": ({"mu": 3.5, "sigma": 3.0},),
    "bernoulli": ({"p": 0.1}, {"p": 0.5}, {"p": 0.9}),
    "beta": ({"alpha": 7.0, "beta": 7.0},),
    "binomial": ({"n": 25, "p": 0.5},),
    "poisson": ({"lambda": 1.0}, {"lambda": 4.0}, {"lambda": 12.0}),
    "exponential": ({"lambda": 7.0},),
    "geometric": ({"p": 0.125},),
    "negative_binomial": ({"r": 15, "p": 0.15},),
    "lognormal": ({"mu": 2.5, "sigma": 2.0},),
    "triangular": ({"a": 2.5, "width": 7.0, "mode_fraction": 0.5},),
    "rayleigh": ({"sigma": 3.0},),
    "cauchy": ({"x0": 3.5, "gamma": 3.0},),
    "student_t": ({"nu": 16.0},),
    "chi_square": ({"nu": 32.0},),
    "f_distribution": ({"d1": 12, "d2": 24},),
    "gamma": ({"alpha": 7.0, "beta": 7.0},),
    "weibull": (
        {"k": 0.5, "lambda": 0.5},
        {"k": 1.5, "lambda": 1.5},
        {"k": 3.0, "lambda": 3.0},
    ),
    "laplace": ({"mu": 3.5, "b": 3.0},),
    "logistic": ({"mu": 3.5, "s": 3.0},),
    "pareto": ({"alpha": 6.5, "xm": 3.5},),
    "hypergeometric": ({"M": 100, "N": 20, "success_fraction": 0.5},),
    "gumbel": ({"mu": 3.5, "beta": 3.0},),
    "skellam": ({"mu1": 10.5, "mu2": 10.5},),
    "beta_binomial": ({"n": 40, "alpha": 6.5, "beta": 6.5},),
    "lomax": ({"alpha": 6.0, "lambda": 4.5},),
    "inverse_gaussian": ({"mu": 5.0, "lambda": 7.0},),
    "maxwell": ({"scale": 0.75}, {"scale": 1.5}, {"scale": 2.5}),
    "chi": ({"df": 2.0}, {"df": 5.0}, {"df": 10.0}),
    "truncnorm": (
        {"mu": 0.0, "sigma": 1.0, "lower": -1.0, "upper": 1.0},
        {"mu": 0.0, "sigma": 1.0, "lower": -2.0, "upper": 2.0},
        {"mu": 1.0, "sigma": 1.5, "lower": -1.0, "upper": 2.0},
    ),
}
