"""Coordinates become the parameters a prompt shows."""

from aleator.distributions.coordinates import parameters_at
from aleator.distributions.families import family


def test_a_width_becomes_the_right_end() -> None:
    assert parameters_at("uniform", {"a": 3.5, "width": 7.0}) == {"a": 3.5, "b": 10.5}


def test_a_mode_fraction_becomes_a_mode_in_prompt_order() -> None:
    point = {"a": 2.5, "width": 7.0, "mode_fraction": 0.5}
    assert list(parameters_at("triangular", point).items()) == [("a", 2.5), ("c", 6.0), ("b", 9.5)]


def test_a_success_fraction_becomes_a_whole_number() -> None:
    point = {"M": 50, "N": 5, "success_fraction": 0.65}
    parameters = parameters_at("hypergeometric", point)
    assert parameters == {"M": 50, "K": 32, "N": 5}
    assert family("hypergeometric").problem(parameters) is None


def test_other_families_keep_their_parameters() -> None:
    assert parameters_at("gaussian", {"mu": 1.0, "sigma": 2.0}) == {"mu": 1.0, "sigma": 2.0}
