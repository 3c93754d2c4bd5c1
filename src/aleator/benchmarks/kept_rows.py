"""Rows of a benchmark, kept as they come and taken up again after a kill.

What benchmarks with one row an item have in common: open the log, say how far it is, measure what
is missing, keep each row at once, finish, and hand the rows back in the order in which they are
asked for, whatever the order in which they came. Whether rows that are there were measured in the
same way is for the caller to see to (``record``, or ``check``); here only their keys are looked at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from aleator.errors import ConfigurationChangedError
from aleator.files import Row, RowLog

KEY = "key"
"""The field that tells rows apart."""

Progress = Callable[[int, int], None]
"""Told how many rows are there, and how many there will be."""


def no_progress(done: int, total: int) -> None:
    """Nobody is told."""


def any_rows(rows: Mapping[str, Row]) -> None:
    """Take rows as they are."""


def kept_rows(
    out: Path,
    name: str,
    keys: Sequence[str],
    measure: Callable[[frozenset[str]], Iterable[Row]],
    advance: Progress = no_progress,
    check: Callable[[Mapping[str, Row]], None] = any_rows,
) -> list[Row]:
    """The rows of ``out/rows/NAME.jsonl``, those that are missing measured first.

    Args:
        out: The evaluation's directory.
        name: The benchmark's.
        keys: Of all rows.
        measure: Gives the rows whose keys are not among those it is told; not called when the log
            is complete. Each row is written before the next is asked for, so that what it measures
            lazily is lost no further back than its last row.
        advance: Called at the start and after each row.
        check: Shown the rows that are there, by key, before anything else; raises if one is wrong.

    Returns:
        A row for each key, in the order of the keys.

    Raises:
        InputError: What lies there is no log.
        ConfigurationChangedError: The log is complete, but lacks a row.
        OutputError: The directory cannot be written.
        ValueError: ``measure`` left a row out, or gave one twice or without a key.
    """
    log = RowLog(out / "rows" / f"{name}.jsonl", KEY)
    check(log.done)
    advance(len(log.done), len(keys))
    if not log.complete:
        for row in measure(frozenset(log.done)):
            log.append(row)
            advance(len(log.done), len(keys))
        lacking = _lacking(log, keys)
        if lacking is not None:
            raise ValueError(f"{name} was measured without a row {lacking!r}")
        log.finish()
    lacking = _lacking(log, keys)
    if lacking is not None:
        raise ConfigurationChangedError(
            f"{log.path} is finished, but has no row {lacking!r}; choose another --out"
        )
    return [log.done[key] for key in keys]


def _lacking(log: RowLog, keys: Sequence[str]) -> str | None:
    """The first key without a row."""
    return next((key for key in keys if key not in log.done), None)
