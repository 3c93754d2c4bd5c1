"""Which way of asking a user chooses, and its numbers; ``benchmarks.methods`` says what they do."""

import math
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from aleator.errors import InputError, UnknownNameError
from aleator.evaluation.temperature import FitSettings
from aleator.files import JsonValue
from aleator.outcomes.lattice import DEFAULT_DECIMALS
from aleator.sampling import verbalized

Method = Literal["plain", "temperature", "ssot", "verbalized"]
METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True)
class MethodSettings:
    """How a model is asked.

    Attributes:
        name: Which method.
        temperature: Of the method of that name; None to fit it.
        fit_prompts: Prompts it is fitted on, spread evenly over the train split.
        fit_decimals: Digits after the point of their continuous targets.
        fit: How it is fitted.
        room: Most tokens of an output of ``ssot``; None for 4,096, or half of the context of a
            model that has less than twice that.
        answers: Most answers that ``verbalized`` asks for at once.
        draws_per_asking: Draws made from one such list.

    Raises:
        UnknownNameError: There is no such method.
        InputError: A number makes no sense.
    """

    name: Method = "plain"
    temperature: float | None = None
    fit_prompts: int = 48
    fit_decimals: int = DEFAULT_DECIMALS
    fit: FitSettings = FitSettings()
    room: int | None = None
    answers: int = verbalized.ANSWERS
    draws_per_asking: int = verbalized.DRAWS_PER_ASKING

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.name not in METHODS:
            raise UnknownNameError("method", self.name, METHODS)
        if self.temperature is not None and self.name != "temperature":
            raise InputError(
                f"temperature={self.temperature} is of no use to the method {self.name!r}: leave "
                "it out, or use the method 'temperature'"
            )
        if self.temperature is not None and not 0 < self.temperature < math.inf:
            raise InputError(f"temperature={self.temperature}: give a number above 0")
        for name in ("fit_prompts", "room", "answers", "draws_per_asking"):
            number = asdict(self)[name]
            if number is not None and number < 1:
                raise InputError(f"{name}={number}: give at least 1")

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the draws, for the record."""
        fields: dict[str, JsonValue] = asdict(self)
        own: dict[Method, tuple[str, ...]] = {
            "plain": (),
            "temperature": ("temperature",),
            "ssot": ("room",),
            "verbalized": ("answers", "draws_per_asking"),
        }
        if self.name == "temperature" and self.temperature is None:
            own["temperature"] = ("fit_prompts", "fit_decimals", "fit")
        return {"name": self.name, **{name: fields[name] for name in own[self.name]}}
