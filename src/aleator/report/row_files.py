"""A benchmark's rows in an evaluation's directory."""

from pathlib import Path

from aleator.errors import InputError
from aleator.files import read_rows
from aleator.report.fields import Field


def row_path(directory: Path, bench: str) -> Path:
    """Where a benchmark's rows lie."""
    return directory / "rows" / f"{bench}.jsonl"


def row_fields(directory: Path, bench: str) -> list[Field]:
    """The rows of a benchmark; each knows its line.

    Raises:
        InputError: They are missing or cannot be read.
    """
    path = row_path(directory, bench)
    if not path.is_file():
        raise InputError(
            f"{directory} is incomplete: rows/{bench}.jsonl is missing; evaluate again"
        )
    return [Field(row, path, f"line {number}") for number, row in enumerate(read_rows(path), 1)]
