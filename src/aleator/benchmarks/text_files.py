"""Files of plain text, a slice of documents in each: JSON Lines, in PALOMA's layout.

A file, plain or gzipped, has a ``text`` in every line; other fields are left alone. A folder holds
slices as PALOMA does (arXiv 2312.10523): a folder a slice with a ``test`` folder in it, of which
alone the files are read, or with files anywhere below; a file that lies in the folder itself is a
slice, too. One file, or one folder with ``test`` in it, is one slice.
"""

import gzip
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from aleator.errors import InputError

_ENDINGS = (".jsonl", ".jsonl.gz")
_TEST = "test"


class _Line(BaseModel):
    """A line of a user's file."""

    model_config = ConfigDict(strict=True)

    text: str


def slice_files(path: Path) -> dict[str, list[Path]]:
    """The files of each slice, in the order of their names.

    Raises:
        InputError: There are none, or two slices have one name.
    """
    if path.is_file():
        return {_stem(path): [path]}
    if not path.is_dir():
        raise InputError(f"cannot read {path}: there is no such file or folder.")
    if (path / _TEST).is_dir():
        places = [path]
    else:
        places = sorted(one for one in path.iterdir() if not one.name.startswith("."))
    found: dict[str, list[Path]] = {}
    for place in places:
        own = _files_below(place)
        name = _stem(place)
        if own and name in found:
            raise InputError(f"{path} holds two slices {name!r}; rename one of them.")
        if own:
            found[name] = own
    if not found:
        raise InputError(
            f"{path} holds no {' or '.join(_ENDINGS)} file; give a file, or a folder of slices."
        )
    return found


def _files_below(place: Path) -> list[Path]:
    if place.is_file():
        return [place] if place.name.endswith(_ENDINGS) else []
    root = place / _TEST if (place / _TEST).is_dir() else place
    return sorted(one for one in root.rglob("*") if one.name.endswith(_ENDINGS) and one.is_file())


def _stem(path: Path) -> str:
    name = path.resolve().name
    if path.is_dir():
        return name
    return name.removesuffix(".gz").removesuffix(".jsonl")


def content_hash(slices: Mapping[str, Sequence[Path]]) -> str:
    """A hash of the slices' names and of their files as they lie on the disk.

    Raises:
        InputError: A file cannot be read.
    """
    digest = hashlib.sha256()
    for name, paths in slices.items():
        for path in paths:
            content = hashlib.sha256(_read(path)).hexdigest()
            digest.update(f"{name}\t{content}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {path}: {reason}.") from error


def texts_of(path: Path) -> list[str]:
    """The texts of a file's lines.

    Raises:
        InputError: It cannot be read, or a line is wrong; the message names the line.
    """
    content = _read(path)
    try:
        plain = gzip.decompress(content) if path.name.endswith(".gz") else content
        lines = plain.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {path}: it is not UTF-8 text.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: it is no whole gzip file.") from error
    return [
        _text(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _text(line: str, place: str) -> str:
    try:
        return _Line.model_validate_json(line).text
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            raise InputError(f"{place} is not JSON; give one object a line.") from error
        raise InputError(f'{place} has no text; give {{"text": …}} in every line.') from error
