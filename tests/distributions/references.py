"""The thirty families written out by hand: what `aleator.distributions` is checked against.

Continuous families by their distribution and survival functions, discrete ones by the probability
of each count; from textbook formulas, with `math` and `scipy.special` but nothing of `scipy.stats`.
Arguments are the prompt's parameters in prompt order.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from scipy import special


class Tails(NamedTuple):
    """P(X <= x) and P(X > x) of a continuous family, for x inside the support."""

    below: Callable[..., float]
    above: Callable[..., float]


def _phi(z: float) -> float:
    """P(Z <= z) of the standard normal, precise on the left."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _triangle_below(x: float, a: float, c: float, b: float) -> float:
    if x <= c:
        return (x - a) ** 2 / ((b - a) * (c - a))
    return 1 - _triangle_above(x, a, c, b)


def _triangle_above(x: float, a: float, c: float, b: float) -> float:
    if x > c:
        return (b - x) ** 2 / ((b - a) * (b - c))
    return 1 - _triangle_below(x, a, c, b)


def _student_above(x: float, nu: float) -> float:
    half = 0.5 * float(special.betainc(nu / 2, 0.5, nu / (nu + x * x)))
    return half if x >= 0 else 1 - half


def _laplace_above(x: float, mu: float, b: float) -> float:
    z = (x - mu) / b
    return 0.5 * math.exp(-z) if z >= 0 else 1 - 0.5 * math.exp(z)


def _inverse_gaussian_below(x: float, mu: float, shape: float) -> float:
    root = math.sqrt(shape / x)
    other = math.exp(2 * shape / mu + float(special.log_ndtr(-root * (x / mu + 1))))
    return _phi(root * (x / mu - 1)) + other


def _inverse_gaussian_above(x: float, mu: float, shape: float) -> float:
    root = math.sqrt(shape / x)
    other = math.exp(2 * shape / mu + float(special.log_ndtr(-root * (x / mu + 1))))
    return _phi(-root * (x / mu - 1)) - other


def _maxwell_above(x: float, scale: float) -> float:
    z = x / scale
    return math.erfc(z / math.sqrt(2)) + math.sqrt(2 / math.pi) * z * math.exp(-z * z / 2)


def _window(mu: float, sigma: float, low: float, high: float) -> float:
    """The normal's mass between two values, by Simpson's rule: no difference of tails to cancel."""
    steps = 600
    width = (high - low) / steps
    weights = [1, *([4, 2] * steps)[: steps - 1], 1]
    density = (math.exp(-(((low + i * width - mu) / sigma) ** 2) / 2) for i in range(steps + 1))
    return math.fsum(w * d for w, d in zip(weights, density, strict=True)) * width / 3


def _truncnorm_below(x: float, mu: float, sigma: float, low: float, high: float) -> float:
    return _window(mu, sigma, low, x) / _window(mu, sigma, low, high)


def _truncnorm_above(x: float, mu: float, sigma: float, low: float, high: float) -> float:
    return _window(mu, sigma, x, high) / _window(mu, sigma, low, high)


CONTINUOUS: Mapping[str, Tails] = {
    "uniform": Tails(lambda x, a, b: (x - a) / (b - a), lambda x, a, b: (b - x) / (b - a)),
    "gaussian": Tails(lambda x, m, s: _phi((x - m) / s), lambda x, m, s: _phi((m - x) / s)),
    "beta": Tails(
        lambda x, a, b: special.betainc(a, b, x), lambda x, a, b: special.betainc(b, a, 1 - x)
    ),
    "exponential": Tails(
        lambda x, rate: -math.expm1(-rate * x), lambda x, rate: math.exp(-rate * x)
    ),
    "lognormal": Tails(
        lambda x, m, s: _phi((math.log(x) - m) / s), lambda x, m, s: _phi((m - math.log(x)) / s)
    ),
    "triangular": Tails(_triangle_below, _triangle_above),
    "rayleigh": Tails(
        lambda x, s: -math.expm1(-((x / s) ** 2) / 2), lambda x, s: math.exp(-((x / s) ** 2) / 2)
    ),
    "cauchy": Tails(
        lambda x, x0, g: math.atan2(g, x0 - x) / math.pi,
        lambda x, x0, g: math.atan2(g, x - x0) / math.pi,
    ),
    "student_t": Tails(lambda x, nu: _student_above(-x, nu), _student_above),
    "chi_square": Tails(
        lambda x, nu: special.gammainc(nu / 2, x / 2),
        lambda x, nu: special.gammaincc(nu / 2, x / 2),
    ),
    "f_distribution": Tails(
        lambda x, d1, d2: special.betainc(d1 / 2, d2 / 2, d1 * x / (d1 * x + d2)),
        lambda x, d1, d2: special.betainc(d2 / 2, d1 / 2, d2 / (d1 * x + d2)),
    ),
    "gamma": Tails(
        lambda x, shape, scale: special.gammainc(shape, x / scale),
        lambda x, shape, scale: special.gammaincc(shape, x / scale),
    ),
    "weibull": Tails(
        lambda x, k, scale: -math.expm1(-((x / scale) ** k)),
        lambda x, k, scale: math.exp(-((x / scale) ** k)),
    ),
    "laplace": Tails(lambda x, mu, b: _laplace_above(-x, -mu, b), _laplace_above),
    "logistic": Tails(
        lambda x, mu, s: 1 / (1 + math.exp((mu - x) / s)),
        lambda x, mu, s: 1 / (1 + math.exp((x - mu) / s)),
    ),
    "pareto": Tails(lambda x, a, xm: 1 - (xm / x) ** a, lambda x, a, xm: (xm / x) ** a),
    "gumbel": Tails(
        lambda x, mu, beta: math.exp(-math.exp((mu - x) / beta)),
        lambda x, mu, beta: -math.expm1(-math.exp((mu - x) / beta)),
    ),
    "lomax": Tails(
        lambda x, a, scale: 1 - (1 + x / scale) ** -a, lambda x, a, scale: (1 + x / scale) ** -a
    ),
    "inverse_gaussian": Tails(_inverse_gaussian_below, _inverse_gaussian_above),
    "maxwell": Tails(lambda x, scale: 1 - _maxwell_above(x, scale), _maxwell_above),
    "chi": Tails(
        lambda x, df: special.gammainc(df / 2, x * x / 2),
        lambda x, df: special.gammaincc(df / 2, x * x / 2),
    ),
    "truncnorm": Tails(_truncnorm_below, _truncnorm_above),
}


def _poisson(k: int, mean: float) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def _negative_binomial(k: int, r: float, p: float) -> float:
    ways = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1)
    return math.exp(ways + r * math.log(p)) * (1 - p) ** k


def _hypergeometric(k: int, population: float, successes: float, draws: float) -> float:
    whole, good, taken = int(population), int(successes), int(draws)
    if k > good or taken - k > whole - good:
        return 0.0
    return math.comb(good, k) * math.comb(whole - good, taken - k) / math.comb(whole, taken)


def _skellam(k: int, mu1: float, mu2: float) -> float:
    """The convolution that defines it, not the Bessel function that sums it."""
    first = max(0, -k)
    return math.fsum(_poisson(j + k, mu1) * _poisson(j, mu2) for j in range(first, first + 150))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _beta_binomial(k: int, n: float, alpha: float, beta: float) -> float:
    ratio = math.exp(_log_beta(k + alpha, n - k + beta) - _log_beta(alpha, beta))
    return math.comb(int(n), k) * ratio


DISCRETE: Mapping[str, Callable[..., float]] = {
    "bernoulli": lambda k, p: p if k == 1 else 1 - p,
    "binomial": lambda k, n, p: math.comb(int(n), k) * p**k * (1 - p) ** (n - k),
    "poisson": _poisson,
    "geometric": lambda k, p: p * (1 - p) ** (k - 1),
    "negative_binomial": _negative_binomial,
    "hypergeometric": _hypergeometric,
    "skellam": _skellam,
    "beta_binomial": _beta_binomial,
}
