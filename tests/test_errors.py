"""Each error says one sentence and knows its exit status."""

import copy

import pytest

from aleator import errors


def test_an_unknown_name_lists_the_known_ones_and_the_nearest() -> None:
    error = errors.UnknownNameError("family", "gausian", ["uniform", "gaussian"])
    assert str(error) == (
        "unknown family 'gausian'; did you mean 'gaussian'? known: uniform, gaussian."
    )


def test_an_unknown_name_far_from_all_suggests_none() -> None:
    error = errors.UnknownNameError("family", "zzz", iter(["uniform"]))
    assert str(error) == "unknown family 'zzz'; known: uniform."


def test_an_unknown_name_where_nothing_is_known_says_so() -> None:
    assert str(errors.UnknownNameError("recipe", "a", [])) == "unknown recipe 'a'; known: (none)."


def test_an_unknown_name_survives_the_way_between_processes() -> None:
    error = copy.copy(errors.UnknownNameError("family", "a", ["b"]))
    assert (error.kind, error.name, error.known) == ("family", "a", ("b",))
    assert str(error) == "unknown family 'a'; known: b."


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InputError, 2),
        (errors.ParameterError, 2),
        (errors.RecipeError, 2),
        (errors.ModelError, 2),
        (errors.ConfigurationChangedError, 2),
        (errors.OutputError, 2),
        (errors.EndpointError, 2),
        (errors.CheckFailedError, 1),
    ],
)
def test_exit_statuses(kind: type[errors.AleatorError], status: int) -> None:
    assert kind("what is wrong.").exit_status == status


def test_the_docstring_draws_every_error() -> None:
    drawn = errors.__doc__ or ""
    missing = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.AleatorError) and name not in drawn
    ]
    assert not missing
