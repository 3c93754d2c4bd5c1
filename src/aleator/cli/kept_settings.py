"""Settings kept beside the results of long work, so that it is taken up only as what it was."""

from collections.abc import Mapping
from pathlib import Path

from aleator.files import JsonValue, as_object, read_json


def changed_settings(path: Path, wanted: Mapping[str, JsonValue]) -> list[str]:
    """What differs between the settings kept in a file and those wanted now, a phrase each.

    Args:
        path: A JSON object; what else it holds does not matter.
        wanted: Settings as JSON holds them, by name.

    Raises:
        InputError: The file cannot be read.
    """
    there = as_object(read_json(path), path)
    return [
        f"{name}={there.get(name)} there and {value} here"
        for name, value in wanted.items()
        if there.get(name) != value
    ]
