"""A distribution family, and one member of it.

A family is a row of data: its names, its parameters and what they may be, and how they map to
`scipy.stats`. A `Distribution` is a family with checked parameters. Its methods call scipy
unfrozen: freezing a scipy distribution costs about 0.5 ms, evaluating it about 0.05 ms.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from aleator.distributions.count_quantiles import count_quantiles
from aleator.errors import InputError, ParameterError

Kind = Literal["continuous", "discrete"]
Tier = Literal["I", "II", "III"]
Comparison = Literal["<", "<="]
FloatArray = NDArray[np.float64]

_COMPARE: Mapping[Comparison, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
}


class ScipyArguments(NamedTuple):
    """What one distribution passes to its `scipy.stats` object."""

    shapes: tuple[float, ...] = ()
    loc: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Parameter:
    """One parameter's name and the finite values it may take by itself."""

    name: str
    integer: bool = False
    lower: float = -math.inf
    lower_allowed: bool = True
    upper: float = math.inf
    upper_allowed: bool = True

    def problem(self, value: float) -> str | None:
        """What is wrong with `value`, as "must be …", or None."""
        if not math.isfinite(value):
            return "must be a finite number"
        above = value >= self.lower if self.lower_allowed else value > self.lower
        below = value <= self.upper if self.upper_allowed else value < self.upper
        if above and below and (not self.integer or value.is_integer()):
            return None
        return f"must be {self.allowed()}"

    def allowed(self) -> str:
        """The allowed values in words: "an integer of at least 1"."""
        ends: list[str] = []
        if math.isfinite(self.lower):
            ends.append(
                f"{'of at least' if self.lower_allowed else 'greater than'} {self.lower:,g}"
            )
        if math.isfinite(self.upper):
            ends.append(f"{'at most' if self.upper_allowed else 'less than'} {self.upper:,.0f}")
        return " ".join(["an integer" if self.integer else "a number", " and ".join(ends)]).strip()


class Relation(NamedTuple):
    """An order that two parameters of a family must keep, such as a < b."""

    left: str
    comparison: Comparison
    right: str

    def holds(self, values: Mapping[str, float]) -> bool:
        """Whether `values` keep the order."""
        return _COMPARE[self.comparison](values[self.left], values[self.right])


@dataclass(frozen=True, eq=False)
class Family:
    """One of the thirty families; see `families.py` for the rows. Compared by identity.

    `parameters` are in prompt order. `to_scipy` takes their values in that order. `bounds` are the
    support's two ends, each a number or the name of the parameter that is the end; None asks scipy.
    """

    name: str
    prompt_name: str
    kind: Kind
    tier: Tier
    specifications: tuple[Parameter, ...]
    scipy: stats.rv_continuous | stats.rv_discrete
    to_scipy: Callable[..., ScipyArguments]
    bounds: tuple[float | str, float | str] | None
    relations: tuple[Relation, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters' names, in prompt order."""
        return tuple(one.name for one in self.specifications)

    @property
    def integer_parameters(self) -> tuple[str, ...]:
        """The names of the parameters that must be integers."""
        return tuple(one.name for one in self.specifications if one.integer)

    @property
    def discrete(self) -> bool:
        """Whether the family lives on the integers."""
        return self.kind == "discrete"

    def problem(self, parameters: Mapping[str, float]) -> str | None:
        """The first thing wrong with `parameters`, as one sentence, or None if they are sound."""
        takes = f"{self.name} takes {', '.join(self.parameters)}"
        if extra := [name for name in parameters if name not in self.parameters]:
            return f"unknown parameter {', '.join(extra)}: {takes}"
        if missing := [name for name in self.parameters if name not in parameters]:
            return f"missing parameter {', '.join(missing)}: {takes}"
        for one in self.specifications:
            if fault := one.problem(_number(self.name, one.name, parameters[one.name])):
                given = f"{one.name} = {parameters[one.name]!r}"
                return f"{self.name}: {given} is not allowed: {one.name} {fault}"
        for relation in self.relations:
            if not relation.holds(parameters):
                pair = (relation.left, relation.right)
                given = " and ".join(f"{name} = {parameters[name]!r}" for name in pair)
                return f"{self.name}: {given} are not allowed: {' '.join(relation)} must hold"
        return None

    def distribution(self, **parameters: float) -> Distribution:
        """The family's member with these parameters; raises ParameterError naming what is wrong."""
        if problem := self.problem(parameters):
            raise ParameterError(problem)
        # Adding 0.0 turns -0.0 into 0.0: equal members must print equal prompts.
        values = tuple((name, float(parameters[name]) + 0.0) for name in self.parameters)
        try:
            shapes, loc, scale = self.to_scipy(*(value for _, value in values))
        except (OverflowError, ZeroDivisionError):
            raise ParameterError(self._too_extreme(values)) from None
        if not all(map(math.isfinite, (*shapes, loc, scale))) or not scale > 0:
            raise ParameterError(self._too_extreme(values))
        return Distribution(self, values, shapes, loc, scale)

    def _too_extreme(self, values: Iterable[tuple[str, float]]) -> str:
        given = ", ".join(f"{name} = {value!r}" for name, value in values)
        return (
            f"{self.name}: {given} cannot be computed in double precision: use less extreme values"
        )

    def keywords(self, loc: ArrayLike, scale: ArrayLike) -> dict[str, ArrayLike]:
        """Keyword arguments for a method of `scipy`, whose discrete distributions know no scale.

        For many distributions of the family at once: `family.scipy.cdf(x, *shapes,
        **family.keywords(loc, scale))` with arrays that broadcast with `x`.
        """
        return {"loc": loc} if self.discrete else {"loc": loc, "scale": scale}


@dataclass(frozen=True)
class Distribution:
    """A family with checked parameters: a value, hashable. Make it by `Family.distribution`.

    `parameters` are (name, value) pairs in prompt order; `shapes`, `loc` and `scale` are scipy's.
    Array methods take and return arrays of any one shape.
    """

    family: Family
    parameters: tuple[tuple[str, float], ...]
    shapes: tuple[float, ...]
    loc: float
    scale: float

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X <= x)."""
        return self._evaluate(self.family.scipy.cdf, x)

    def sf(self, x: ArrayLike) -> FloatArray:
        """P(X > x), to full relative precision in the right tail, where 1 - cdf(x) has none."""
        return self._evaluate(self.family.scipy.sf, x)

    def ppf(self, q: ArrayLike) -> FloatArray:
        """The quantile function: the smallest x of the support with P(X <= x) >= q."""
        if self.family.discrete:
            levels = np.asarray(q, dtype=np.float64)
            return count_quantiles(levels, self._scipy_ppf, self.cdf)
        return self._scipy_ppf(q)

    def isf(self, q: ArrayLike) -> FloatArray:
        """The upper quantile function: the x with P(X > x) = q (discrete: the smallest with <=)."""
        return self._evaluate(self.family.scipy.isf, q)

    def pmf(self, k: ArrayLike) -> FloatArray:
        """P(X = k); raises InputError where the family is continuous."""
        if not isinstance(self.family.scipy, stats.rv_discrete):
            raise InputError(f"{self.family.name} is continuous: a single value has no probability")
        return self._evaluate(self.family.scipy.pmf, k)

    def support(self) -> tuple[float, float]:
        """The smallest and the largest value, infinite where unbounded.

        Ends that are parameters are exactly those: scipy's loc + scale * end may be rounded.
        """
        if self.family.bounds is None:
            keywords = self.family.keywords(self.loc, self.scale)
            low, high = self.family.scipy.support(*self.shapes, **keywords)
            return float(low), float(high)
        values = dict(self.parameters)
        low, high = (values[end] if isinstance(end, str) else end for end in self.family.bounds)
        return float(low), float(high)

    def median(self) -> float:
        """The 0.5 quantile; of a discrete family the smallest integer with P(X <= k) >= 0.5."""
        return float(self.ppf(0.5))

    def rvs(self, size: int, rng: np.random.Generator) -> FloatArray:
        """`size` independent draws."""
        keywords = self.family.keywords(self.loc, self.scale)
        # numpy's generators refuse a count of trials that is a float, be it 25.0.
        whole = self.family.discrete
        shapes = [int(one) if whole and one.is_integer() else one for one in self.shapes]
        drawn = self.family.scipy.rvs(*shapes, **keywords, size=size, random_state=rng)
        return np.asarray(drawn, dtype=np.float64)

    def prompt(self) -> str:
        """The published request for one draw; parameters as Python writes floats ("n=25.0")."""
        return (
            f"Generate exactly ONE random number from a {self.family.prompt_name} distribution"
            f" with parameters {self._written()}. Output ONLY the number."
        )

    def __str__(self) -> str:
        return f"{self.family.name}({self._written()})"

    def _written(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.parameters)

    def _scipy_ppf(self, q: ArrayLike) -> FloatArray:
        return self._evaluate(self.family.scipy.ppf, q)

    def _evaluate(self, method: Callable[..., ArrayLike], argument: ArrayLike) -> FloatArray:
        keywords = self.family.keywords(self.loc, self.scale)
        return np.asarray(method(argument, *self.shapes, **keywords), dtype=np.float64)


def _number(family: str, name: str, value: object) -> float:
    """`value` as a float; NaN, which no parameter may be, where it is not a real number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf
