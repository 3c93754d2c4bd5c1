"""The thirty families of the published benchmark (arXiv 2605.11845), one row each.

Gamma's "beta" is a scale, not a rate, as the benchmark has it; exponential's "lambda" is a rate.
Negative binomial counts failures before the r-th success and takes any positive real r.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from scipy import stats

from aleator.distributions.family import Family, Parameter, Relation, ScipyArguments
from aleator.distributions.scipy_tails import skellam, triangular
from aleator.errors import UnknownNameError

_INF = math.inf
_REALS = (-_INF, _INF)
_POSITIVES = (0.0, _INF)


def _real(name: str) -> Parameter:
    return Parameter(name)


def _positive(name: str) -> Parameter:
    return Parameter(name, lower=0.0, lower_allowed=False)


def _probability(name: str) -> Parameter:
    """A success probability of a finite number of trials: 0 and 1 are fine."""
    return Parameter(name, lower=0.0, upper=1.0)


def _count(name: str, lower: int) -> Parameter:
    """A number of things, up to a million: a sum over more would take seconds."""
    return Parameter(name, integer=True, lower=lower, upper=1_000_000)


def _shapes(*shapes: float) -> ScipyArguments:
    return ScipyArguments(shapes)


def _loc_scale(loc: float, scale: float) -> ScipyArguments:
    return ScipyArguments((), loc, scale)


def _scale(scale: float) -> ScipyArguments:
    return ScipyArguments((), 0.0, scale)


def _shape_scale(shape: float, scale: float) -> ScipyArguments:
    return ScipyArguments((shape,), 0.0, scale)


def _uniform(a: float, b: float) -> ScipyArguments:
    return ScipyArguments((), a, b - a)


def _exponential(rate: float) -> ScipyArguments:
    return _scale(1 / rate)


def _lognormal(mu: float, sigma: float) -> ScipyArguments:
    return _shape_scale(sigma, math.exp(mu))


def _triangular(a: float, c: float, b: float) -> ScipyArguments:
    return ScipyArguments(((c - a) / (b - a),), a, b - a)


def _hypergeometric(population: float, successes: float, draws: float) -> ScipyArguments:
    return _shapes(population, successes, draws)


def _inverse_gaussian(mu: float, lambda_: float) -> ScipyArguments:
    return _shape_scale(mu / lambda_, lambda_)


def _truncnorm(mu: float, sigma: float, lower: float, upper: float) -> ScipyArguments:
    return ScipyArguments(((lower - mu) / sigma, (upper - mu) / sigma), mu, sigma)


_MU, _SIGMA, _ALPHA, _BETA = _real("mu"), _positive("sigma"), _positive("alpha"), _positive("beta")
_LAMBDA, _NU = _positive("lambda"), _positive("nu")
# Trials until a success: never with p = 0. With p = 1 scipy's geometric divides by zero.
_GEOMETRIC_P = Parameter("p", lower=0.0, lower_allowed=False, upper=1.0, upper_allowed=False)
_NEGATIVE_BINOMIAL_P = Parameter("p", lower=0.0, lower_allowed=False, upper=1.0)
_A_B = Relation("a", "<", "b")

# Name, prompt name, kind, tier; parameters, scipy, mapping to it, support, relations.
_ROWS = (
    Family("uniform", "Uniform", "continuous", "I",
           (_real("a"), _real("b")), stats.uniform, _uniform, ("a", "b"), (_A_B,)),
    Family("gaussian", "Gaussian", "continuous", "I",
           (_MU, _SIGMA), stats.norm, _loc_scale, _REALS),
    Family("bernoulli", "Bernoulli", "discrete", "I",
           (_probability("p"),), stats.bernoulli, _shapes, (0.0, 1.0)),
    Family("beta", "Beta", "continuous", "II",
           (_ALPHA, _BETA), stats.beta, _shapes, (0.0, 1.0)),
    Family("binomial", "Binomial", "discrete", "II",
           (_count("n", 1), _probability("p")), stats.binom, _shapes, (0.0, "n")),
    Family("poisson", "Poisson", "discrete", "II",
           (_LAMBDA,), stats.poisson, _shapes, _POSITIVES),
    Family("exponential", "Exponential", "continuous", "II",
           (_LAMBDA,), stats.expon, _exponential, _POSITIVES),
    Family("geometric", "Geometric", "discrete", "II",
           (_GEOMETRIC_P,), stats.geom, _shapes, (1.0, _INF)),
    Family("negative_binomial", "Negative Binomial", "discrete", "II",
           (_positive("r"), _NEGATIVE_BINOMIAL_P), stats.nbinom, _shapes, _POSITIVES),
    Family("lognormal", "LogNormal", "continuous", "II",
           (_MU, _SIGMA), stats.lognorm, _lognormal, _POSITIVES),
    Family("triangular", "Triangular", "continuous", "II",
           (_real("a"), _real("c"), _real("b")),
           triangular, _triangular, ("a", "b"),
           (_A_B, Relation("a", "<=", "c"), Relation("c", "<=", "b"))),
    Family("rayleigh", "Rayleigh", "continuous", "II",
           (_SIGMA,), stats.rayleigh, _scale, _POSITIVES),
    Family("cauchy", "Cauchy", "continuous", "III",
           (_real("x0"), _positive("gamma")), stats.cauchy, _loc_scale, _REALS),
    Family("student_t", "Student's t", "continuous", "III",
           (_NU,), stats.t, _shapes, _REALS),
    Family("chi_square", "Chi-Square", "continuous", "III",
           (_NU,), stats.chi2, _shapes, _POSITIVES),
    Family("f_distribution", "F-Distribution", "continuous", "III",
           (_positive("d1"), _positive("d2")), stats.f, _shapes, _POSITIVES),
    Family("gamma", "Gamma", "continuous", "III",
           (_ALPHA, _BETA), stats.gamma, _shape_scale, _POSITIVES),
    Family("weibull", "Weibull", "continuous", "III",
           (_positive("k"), _LAMBDA), stats.weibull_min, _shape_scale, _POSITIVES),
    Family("laplace", "Laplace", "continuous", "III",
           (_MU, _positive("b")), stats.laplace, _loc_scale, _REALS),
    Family("logistic", "Logistic", "continuous", "III",
           (_MU, _positive("s")), stats.logistic, _loc_scale, _REALS),
    Family("pareto", "Pareto", "continuous", "III",
           (_ALPHA, _positive("xm")), stats.pareto, _shape_scale, ("xm", _INF)),
    Family("hypergeometric", "Hypergeometric", "discrete", "III",
           (_count("M", 1), _count("K", 0), _count("N", 0)),
           stats.hypergeom, _hypergeometric, None,
           (Relation("K", "<=", "M"), Relation("N", "<=", "M"))),
    Family("gumbel", "Gumbel", "continuous", "III",
           (_MU, _BETA), stats.gumbel_r, _loc_scale, _REALS),
    Family("skellam", "Skellam", "discrete", "III",
           (_positive("mu1"), _positive("mu2")), skellam, _shapes, _REALS),
    Family("beta_binomial", "Beta-Binomial", "discrete", "III",
           (_count("n", 1), _ALPHA, _BETA), stats.betabinom, _shapes, (0.0, "n")),
    Family("lomax", "Lomax", "continuous", "III",
           (_ALPHA, _LAMBDA), stats.lomax, _shape_scale, _POSITIVES),
    Family("inverse_gaussian", "Inverse Gaussian", "continuous", "III",
           (_positive("mu"), _LAMBDA), stats.invgauss, _inverse_gaussian, _POSITIVES),
    Family("maxwell", "Maxwell", "continuous", "II",
           (_positive("scale"),), stats.maxwell, _scale, _POSITIVES),
    Family("chi", "Chi", "continuous", "III",
           (_positive("df"),), stats.chi, _shapes, _POSITIVES),
    Family("truncnorm", "TruncNorm", "continuous", "II",
           (_MU, _SIGMA, _real("lower"), _real("upper")),
           stats.truncnorm, _truncnorm, ("lower", "upper"), (Relation("lower", "<", "upper"),)),
)  # fmt: skip

FAMILIES: Mapping[str, Family] = MappingProxyType({row.name: row for row in _ROWS})


def family(name: str) -> Family:
    """The family of this name; raises UnknownNameError listing the thirty."""
    if name not in FAMILIES:
        raise UnknownNameError("distribution family", name, FAMILIES)
    return FAMILIES[name]
