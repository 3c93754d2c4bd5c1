"""Typed reading of a JSON file: a value that knows which file it came from and where it stood.

Every mistake in a file becomes one sentence that names the file and the field.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aleator.errors import InputError
from aleator.files import JsonValue


@dataclass(frozen=True)
class Field:
    """A JSON value with its place.

    Attributes:
        value: What stands there.
        file: The file it was read from.
        place: Names from the top, joined by dots; empty for the whole file.
    """

    value: JsonValue
    file: Path
    place: str = ""

    def find(self, name: str) -> Field | None:
        """The field `name` of this object; None where it is missing or null."""
        value = self._mapping().get(name)
        return None if value is None else Field(value, self.file, self._below(name))

    def get(self, name: str) -> Field:
        """The field `name` of this object.

        Raises:
            InputError: It is missing or null, or this is no object.
        """
        found = self.find(name)
        if found is None:
            raise InputError(f"{self.file} lacks {self._below(name)}")
        return found

    def items(self) -> dict[str, Field]:
        """All fields of this object in the order of the file, null ones included."""
        return {
            name: Field(value, self.file, self._below(name))
            for name, value in self._mapping().items()
        }

    def text(self) -> str:
        """This value as a string."""
        if not isinstance(self.value, str):
            raise self._wrong("text")
        return self.value

    def whole(self) -> int:
        """This value as an integer."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self._wrong("a whole number")
        return self.value

    def number(self) -> float | None:
        """This value as a float; None where it is null, NaN or infinite: not a figure."""
        if self.value is None:
            return None
        if not isinstance(self.value, (int, float)) or isinstance(self.value, bool):
            raise self._wrong("a number or null")
        return float(self.value) if math.isfinite(self.value) else None

    def numbers(self) -> tuple[float, ...]:
        """This list as finite floats."""
        if not isinstance(self.value, list):
            raise self._wrong("a list of numbers")
        read = (Field(item, self.file, self.place).number() for item in self.value)
        found = tuple(number for number in read if number is not None)
        if len(found) != len(self.value):
            raise self._wrong("a list of finite numbers")
        return found

    def texts(self) -> tuple[str, ...]:
        """This list as strings."""
        if not isinstance(self.value, list):
            raise self._wrong("a list of texts")
        return tuple(Field(item, self.file, self.place).text() for item in self.value)

    def parts(self) -> tuple[Field, ...]:
        """The items of this list."""
        if not isinstance(self.value, list):
            raise self._wrong("a list")
        return tuple(
            Field(item, self.file, f"{self.place}[{number}]")
            for number, item in enumerate(self.value)
        )

    def _mapping(self) -> Mapping[str, JsonValue]:
        if not isinstance(self.value, Mapping):
            raise self._wrong("an object")
        return self.value

    def _below(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def _wrong(self, expected: str) -> InputError:
        where = self.place or "the whole file"
        return InputError(f"{self.file}: {where} should be {expected}")
