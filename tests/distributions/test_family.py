"""Parameters are checked, and the methods of a distribution agree with one another."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.families import FAMILIES, family
from aleator.distributions.family import Distribution
from aleator.errors import InputError, ParameterError
from tests.distributions.members import any_member, some_members


@pytest.mark.parametrize(
    ("name", "parameters", "says"),
    [
        ("gaussian", {"mu": 0.0}, "missing parameter sigma: gaussian takes mu, sigma"),
        ("gaussian", {"mu": 0.0, "sigma": 1.0, "nu": 2.0}, "unknown parameter nu: gaussian takes"),
        ("gaussian", {"mu": math.nan, "sigma": 1.0}, "mu = nan .* must be a finite number"),
        ("gaussian", {"mu": math.inf, "sigma": 1.0}, "mu = inf .* must be a finite number"),
        ("gaussian", {"mu": 10**400, "sigma": 1.0}, "mu = 10.* must be a finite number"),
        ("gaussian", {"mu": True, "sigma": 1.0}, "mu = True .* must be a finite number"),
        ("gaussian", {"mu": 0.0, "sigma": 0.0}, "sigma = 0.0 .* a number greater than 0"),
        ("gaussian", {"mu": 0.0, "sigma": -1.0}, "sigma = -1.0 .* a number greater than 0"),
        ("uniform", {"a": 1.0, "b": 1.0}, "a = 1.0 and b = 1.0 .* a < b must hold"),
        ("triangular", {"a": 0.0, "c": 3.0, "b": 2.0}, "c = 3.0 and b = 2.0 .* c <= b must hold"),
        ("triangular", {"a": 0.0, "c": -1.0, "b": 2.0}, "a = 0.0 and c = -1.0 .* a <= c must hold"),
        ("bernoulli", {"p": 1.1}, "p = 1.1 .* of at least 0 and at most 1"),
        ("geometric", {"p": 0.0}, "p = 0.0 .* greater than 0 and less than 1"),
        ("geometric", {"p": 1.0}, "p = 1.0 .* greater than 0 and less than 1"),
        ("negative_binomial", {"r": 0.0, "p": 0.5}, "r = 0.0 .* greater than 0"),
        ("binomial", {"n": 2.5, "p": 0.5}, "n = 2.5 .* an integer of at least 1"),
        ("binomial", {"n": 1e9, "p": 0.5}, "n = 1000000000.0 .* at most 1,000,000"),
        ("hypergeometric", {"M": 10, "K": 11, "N": 3}, "K = 11 and M = 10 .* K <= M must hold"),
        ("hypergeometric", {"M": 10, "K": 3, "N": 11}, "N = 11 and M = 10 .* N <= M must hold"),
        ("truncnorm", {"mu": 0, "sigma": 1, "lower": 2, "upper": 1}, "lower < upper must hold"),
        ("lognormal", {"mu": 1000.0, "sigma": 1.0}, "cannot be computed in double precision"),
        ("exponential", {"lambda": 1e-320}, "cannot be computed in double precision"),
    ],
)
def test_bad_parameters_are_named(name: str, parameters: dict[str, float], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        family(name).distribution(**parameters)


@pytest.mark.parametrize("value", ["1.0", None, Decimal(1), 1j])
def test_what_is_no_real_number_is_refused(value: object) -> None:
    assert "sigma" in str(family("gaussian").problem({"mu": 0.0, "sigma": value}))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_parameter_is_checked_by_itself(name: str) -> None:
    sound = dict(some_members(name)[0].parameters)
    for parameter in sound:
        for wrong in (math.nan, -math.inf):
            assert family(name).problem({**sound, parameter: wrong}) is not None
        rest = {key: value for key, value in sound.items() if key != parameter}
        assert family(name).problem(rest) == (
            f"missing parameter {parameter}: {name} takes {', '.join(sound)}"
        )


def test_integers_may_be_written_as_floats_and_by_numpy() -> None:
    plain = family("binomial").distribution(n=25, p=0.5)
    assert family("binomial").distribution(n=25.0, p=0.5) == plain
    numpys = np.array([25]), np.array([0.5])
    assert family("binomial").distribution(n=numpys[0][0], p=numpys[1][0]) == plain
    assert family("binomial").integer_parameters == ("n",)


def test_a_distribution_is_a_value() -> None:
    one, same = (family("gaussian").distribution(sigma=2, mu=-0.0) for _ in range(2))
    assert one == same
    assert len({one, same}) == 1
    assert one.parameters == (("mu", 0.0), ("sigma", 2.0))
    assert str(one) == "gaussian(mu=0.0, sigma=2.0)"


def test_the_prompt_is_the_published_one() -> None:
    assert family("gaussian").distribution(mu=0, sigma=1.7411011265922482).prompt() == (
        "Generate exactly ONE random number from a Gaussian distribution with parameters "
        "mu=0.0, sigma=1.7411011265922482. Output ONLY the number."
    )
    assert family("hypergeometric").distribution(N=20, K=50, M=100).prompt() == (
        "Generate exactly ONE random number from a Hypergeometric distribution with parameters "
        "M=100.0, K=50.0, N=20.0. Output ONLY the number."
    )
    assert "parameters a=2.5, c=6.0, b=9.5." in (
        family("triangular").distribution(a=2.5, b=9.5, c=6.0).prompt()
    )


def test_a_continuous_family_has_no_probability_of_a_value() -> None:
    with pytest.raises(InputError, match="gaussian is continuous"):
        family("gaussian").distribution(mu=0, sigma=1).pmf(0)


@given(any_member(), st.floats(0.001, 0.999))
def test_quantiles_invert_the_cdf(one: Distribution, level: float) -> None:
    x = float(one.ppf(level))
    low, high = one.support()
    assert low <= x <= high
    if one.family.discrete:
        assert x == round(x)
        assert float(one.cdf(x)) >= level - 1e-9
        assert x == low or float(one.cdf(x - 1)) <= level + 1e-9
    else:
        assert float(one.cdf(x)) == pytest.approx(level, rel=1e-6)
        assert float(one.cdf(one.isf(level))) == pytest.approx(1 - level, rel=1e-6, abs=1e-9)


@given(any_member(), st.lists(st.floats(0.001, 0.999), min_size=2, max_size=6))
def test_cdf_and_sf_are_complements_and_monotone(one: Distribution, levels: list[float]) -> None:
    x = np.sort(one.ppf(levels))
    cdf, sf = one.cdf(x), one.sf(x)
    np.testing.assert_allclose(cdf + sf, 1, rtol=0, atol=1e-12)
    assert np.all(np.diff(cdf) >= 0)
    assert np.all(np.diff(sf) <= 0)
    assert float(one.cdf(one.median())) >= 0.5 - 1e-9


@given(any_member())
def test_nothing_lies_outside_the_support(one: Distribution) -> None:
    low, high = one.support()
    if math.isfinite(low):
        assert one.cdf(low - 1) == 0.0
        assert one.sf(low - 1) == 1.0
    if math.isfinite(high):
        assert one.cdf(high + 1) == 1.0
        assert one.sf(high + 1) == 0.0


@pytest.mark.parametrize("name", FAMILIES)
def test_many_at_once_are_the_same_as_one_by_one(name: str) -> None:
    members = some_members(name)
    row = FAMILIES[name]
    shapes = np.array([one.shapes for one in members]).T[:, :, None]
    loc = np.array([[one.loc] for one in members])
    scale = np.array([[one.scale] for one in members])
    x = np.stack([one.ppf([0.1, 0.5, 0.9]) for one in members])
    together = row.scipy.sf(x, *shapes, **row.keywords(loc, scale))
    apart = [one.sf(values) for one, values in zip(members, x, strict=True)]
    np.testing.assert_allclose(together, apart, rtol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_draws_follow_the_seed(name: str) -> None:
    one = some_members(name)[1]
    first, again, other = (one.rvs(30, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (30,)
    np.testing.assert_array_equal(first, again)
    assert name == "bernoulli" or np.any(first != other)
