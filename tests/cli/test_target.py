"""`aleator target` lists what the closed forms say."""

import json
import math
from collections.abc import Sequence

import pytest

from aleator.cli.app import run

Listed = dict[str, list[float]]


def listed(capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> Listed:
    assert run(["target", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def test_a_gaussian_at_full_resolution(capsys: pytest.CaptureFixture[str]) -> None:
    row = listed(capsys, ["gaussian", "mu=0", "sigma=1"])
    assert set(row) == {"family", "parameters", "prompt", "values", "probabilities"}
    assert row["family"] == "gaussian"
    assert row["parameters"] == {"mu": 0.0, "sigma": 1.0}
    assert row["prompt"] == (
        "Generate exactly ONE random number from a Gaussian distribution with parameters "
        "mu=0.0, sigma=1.0. Output ONLY the number."
    )
    # The 0.001 and 0.999 quantiles are -3.0902 and 3.0902; every hundredth between is listed.
    assert row["values"] == [k / 100 for k in range(-309, 310)]
    assert math.fsum(row["probabilities"]) == pytest.approx(1, abs=1e-12)
    for value, probability in list(zip(row["values"], row["probabilities"], strict=True))[1:-1]:
        mass = normal_cdf(value + 0.005) - normal_cdf(value - 0.005)
        assert probability == pytest.approx(mass, rel=1e-9)
    assert row["probabilities"][0] == pytest.approx(normal_cdf(-3.085), rel=1e-9)


def test_a_discrete_family_has_no_decimals(capsys: pytest.CaptureFixture[str]) -> None:
    row = listed(capsys, ["binomial", "n=3", "p=0.25", "--decimals", "5"])
    assert row["values"] == [0, 1, 2, 3]
    assert row["probabilities"] == pytest.approx([27 / 64, 27 / 64, 9 / 64, 1 / 64])


def test_thinning_keeps_the_ends_and_the_mass(capsys: pytest.CaptureFixture[str]) -> None:
    row = listed(capsys, ["uniform", "a=0", "b=1", "--decimals", "3", "--max-bins", "11"])
    assert len(row["values"]) == 11
    assert (row["values"][0], row["values"][-1]) == (0.001, 0.999)
    assert math.fsum(row["probabilities"]) == pytest.approx(1, abs=1e-12)


def test_a_person_sees_all_of_few_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["target", "bernoulli", "p=0.25"]) == 0
    printed = capsys.readouterr().out
    assert "2 answers from 0 to 1, median 0, entropy 0.56 nats" in " ".join(printed.split())
    assert "0.7500" in printed
    assert "ranges" not in printed


def test_a_person_sees_the_shape_of_heavy_tails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["target", "cauchy", "x0=0", "gamma=1"]) == 0
    printed = capsys.readouterr().out
    assert "63,661 answers in 20 ranges (--json lists all)" in printed
    shown = [float(line.split()[3]) for line in printed.splitlines() if " … " in line]
    assert len(shown) == 20
    assert math.fsum(shown) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["weibull", "k=1.5", "lambda=2", "--decimals", "0"], "the first and the last carry"),
        (["poisson", "lambda=3"], "end at the 0.999 quantile; the last carries what is beyond"),
        (["binomial", "n=5", "p=1"], "entropy 0.00 nats"),
    ],
)
def test_a_person_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["target", *arguments]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert told in printed
    assert ("what is beyond" in printed) == (arguments[0] != "binomial")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gausian", "mu=0"], "unknown distribution family 'gausian'; did you mean 'gaussian'?"),
        (["gaussian", "mu=0"], "sigma"),
        (["gaussian", "mu=0", "sigma=-1"], "sigma"),
        (["gaussian", "mu=zero", "sigma=1"], "mu=zero is not a number"),
        (["gaussian", "mu=0", "sigma=1", "nu=3"], "nu"),
        (["gaussian", "mu=0", "sigma=1", "--max-bins", "1"], "max_bins"),
        (["gaussian", "mu=0", "sigma=1", "--decimals", "40"], "decimals"),
        (["gaussian", "mu=1e308", "sigma=1e308"], "too wide for 2 decimals"),
        (["cauchy", "x0=0", "gamma=1000", "--decimals", "5"], "outcomes"),
    ],
)
def test_wrong_input_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["target", *arguments]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert not printed.out
