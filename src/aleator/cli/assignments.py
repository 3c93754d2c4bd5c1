"""Reading `name=value` arguments."""

import math
from collections.abc import Iterable

from aleator.errors import InputError


def parse_assignments(arguments: Iterable[str], example: str = "mu=0.5") -> dict[str, str]:
    """Read `name=value` arguments, values as they stand.

    Args:
        arguments: What was typed.
        example: What messages show.

    Raises:
        InputError: An argument has no name or no "=", or a name comes twice; it says which.
    """
    values: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not name or not equals:
            raise InputError(f"{argument!r} is not NAME=VALUE, such as {example}.")
        if name in values:
            raise InputError(f"{name} is given twice: {name}={values[name]} and {argument}.")
        values[name] = value
    return values


def parse_numbers(arguments: Iterable[str], example: str = "mu=0.5") -> dict[str, float]:
    """Read `name=number` arguments; `example` is what messages show.

    Raises:
        InputError: As `parse_assignments`, or a value is no finite number; the message says which.
    """
    return {
        name: _number(name, text) for name, text in parse_assignments(arguments, example).items()
    }


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise InputError(f"{name}={text} is not a number; write it like {name}=0.5.") from error
    if not math.isfinite(value):
        raise InputError(f"{name}={text} is not a finite number.")
    return value
