"""Reading and writing files: whole or absent.

A file is written beside its place, flushed to the disk and renamed, so that a
reader never meets half of it, whatever happens to the writer. ``RowLog`` is the
exception made for long work: it keeps every row as it comes and can be taken up
again after a kill. JSON here is strict: an undefined figure is ``None``, never
NaN, which other readers of the file would refuse.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import yaml

from aleator.errors import InputError, OutputError

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)
"""What JSON and YAML files hold, as it is read and as it is written."""

Row: TypeAlias = dict[str, JsonValue]
"""One JSON object: a line of a log, or a whole file."""

_REMEDIES = {
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "free some space or choose another folder",
    errno.EFBIG: "free some space or choose another folder",
    errno.EACCES: "choose a folder you may write to",
    errno.EPERM: "choose a folder you may write to",
    errno.EROFS: "choose a folder you may write to",
    errno.EEXIST: "a part of this path is a file, choose another folder",
    errno.ENOTDIR: "a part of this path is a file, choose another folder",
    errno.EISDIR: "this path is a folder, choose another name",
}


def output_error(path: Path, error: OSError) -> OutputError:
    """Say in one sentence that `path` cannot be written, why, and what to do."""
    reason = (error.strerror or str(error)).lower()
    remedy = _REMEDIES.get(error.errno or 0, "choose another place")
    return OutputError(f"cannot write {path}: {reason}; {remedy}.")


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all; missing folders are made.

    Raises:
        OutputError: The place cannot be written or the disk is full. What stood at `path`
            before still stands there.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OutputError(
            f"cannot write {path}: this is a device or a pipe, which a file would replace; choose "
            "another name."
        )
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all; missing folders are made.

    Raises:
        OutputError: As `write_bytes`.
    """
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: JsonValue) -> None:
    """Write `value` to `path` as indented JSON, whole or not at all.

    Raises:
        OutputError: As `write_text`.
        ValueError: `value` holds NaN or an infinity; an undefined figure is None.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def write_yaml(path: Path, value: JsonValue) -> None:
    """Write `value` to `path` as YAML in the order given, whole or not at all."""
    write_text(path, yaml.safe_dump(value, sort_keys=False, allow_unicode=True))


def check_folder(path: Path) -> None:
    """Refuse a folder that cannot be made because a file stands there or on the way to it.

    For long work, to say so before it begins.

    Raises:
        OutputError: A part of `path`, or all of it, is a file.
    """
    for part in (path, *path.parents):
        if part.exists() and not part.is_dir():
            raise output_error(path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path` that becomes `path` when the block ends well.

    For writers that want a folder of their own (adapters, checkpoints). A folder that stood
    at `path` is replaced at the end; when the block raises, it still stands.

    Raises:
        OutputError: The folder cannot be made or renamed, or an OSError left the block.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if beside.exists():  # of a killed process that had this one's number
            shutil.rmtree(beside)
        try:
            beside.mkdir(parents=True)
            yield beside
            _open_to_readers(beside)
            if path.exists():
                shutil.rmtree(path)
            beside.rename(path)
        finally:
            if beside.exists():
                shutil.rmtree(beside)
    except OSError as error:
        raise output_error(path, error) from error


def _open_to_readers(folder: Path) -> None:
    """Give files the folder's own permissions: safetensors writes them for their owner alone."""
    readers = folder.stat().st_mode & 0o044
    for file in folder.rglob("*"):
        if file.is_file():
            file.chmod(file.stat().st_mode | readers)


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises:
        InputError: There is no such file, or it cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {path}: {reason}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {path}: it is not UTF-8 text.") from error


def read_json(path: Path) -> JsonValue:
    """Read a JSON file.

    Raises:
        InputError: It cannot be read or is not JSON; the message names the line.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: line {error.lineno}: {error.msg}.") from error


def read_yaml(path: Path) -> JsonValue:
    """Read a YAML file with the safe loader.

    Raises:
        InputError: It cannot be read or is not YAML; the message names the place.
    """
    try:
        return yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path} is not YAML: {reason}.") from error


def as_object(value: JsonValue, path: Path) -> Row:
    """Return `value` as a dict, or say that the file at `path` should hold an object.

    Raises:
        InputError: `value` is no mapping.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{path} should hold an object with named fields, not a bare value.")
    return dict(value)


def read_rows(path: Path) -> list[Row]:
    """Read a finished log: one JSON object a line.

    Raises:
        InputError: It cannot be read, or a line is not a JSON object; the message names it.
    """
    # Not splitlines, which also splits at characters that JSON leaves as they are.
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [_parse_row(line, path, number) for number, line in lines if line]


def _parse_row(line: str, path: Path, number: int) -> Row:
    try:
        return as_object(json.loads(line), path)
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not one JSON object a line: see line {number}.") from error


class RowLog:
    """Rows of long work, kept as they come, taken up again after an interruption.

    Rows go to ``<path>.partial``, one JSON line each; `finish` renames that file to `path`.
    Opening reads back what is there and drops a torn last line. A log whose `path` exists is
    complete and takes no more rows.

    Args:
        path: Where the finished log shall lie.
        key: The field, a string in every row, that tells rows apart.

    Raises:
        InputError: What lies there is no log.
        OutputError: The place cannot be written.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.key = key
        self.complete = path.exists()
        self._partial = path.with_name(path.name + ".partial")
        self._done: dict[str, Row] = {}
        if not self.complete:
            self._drop_torn_line()
        source = path if self.complete else self._partial
        for row in read_rows(source):
            self._done[self._key_of(row)] = row

    @property
    def done(self) -> dict[str, Row]:
        """The rows so far by their key, in the order they came."""
        return self._done

    def append(self, row: Mapping[str, JsonValue]) -> None:
        """Keep one row; it is on its way to the disk when this returns.

        Raises:
            OutputError: The row cannot be written; the log is as it was before.
            ValueError: The row lacks its key, repeats one, holds NaN, or the log is complete.
        """
        key = self._key_of(row)
        if self.complete or key in self._done:
            state = "complete" if self.complete else f"already has {self.key}={key!r}"
            raise ValueError(f"{self.path} {state}")
        line = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            with self._partial.open("ab", buffering=0) as file:
                end = file.tell()
                try:
                    _write_all(file.fileno(), line.encode("utf-8"))
                except OSError:
                    file.truncate(end)
                    raise
        except OSError as error:
            raise output_error(self.path, error) from error
        self._done[key] = dict(row)

    def finish(self) -> None:
        """Flush the rows to the disk and give the log its final name; do it once or often.

        Raises:
            OutputError: The file cannot be renamed.
        """
        if self.complete:
            return
        try:
            with self._partial.open("rb+") as file:
                os.fsync(file.fileno())
            self._partial.replace(self.path)
        except OSError as error:
            raise output_error(self.path, error) from error
        self.complete = True

    def _key_of(self, row: Mapping[str, JsonValue]) -> str:
        key = row.get(self.key)
        if not isinstance(key, str):
            raise ValueError(f"a row of {self.path} needs a string field {self.key!r}")
        return key

    def _drop_torn_line(self) -> None:
        """Cut the partial file after its last line end; make it where it is missing."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._partial.open("ab+") as file:
                file.seek(0)
                file.truncate(file.read().rfind(b"\n") + 1)
        except OSError as error:
            raise output_error(self.path, error) from error


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
