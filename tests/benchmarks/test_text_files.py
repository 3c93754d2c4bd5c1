"""Slices of files as PALOMA lays them out, and what is said of files that are not like that."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from aleator.benchmarks.text_files import content_hash, slice_files, texts_of
from aleator.errors import InputError


def _write(path: Path, texts: Sequence[str]) -> Path:
    content = "".join(json.dumps({"text": one, "id": 7}) + "\n" for one in texts).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


@pytest.fixture
def paloma(tmp_path: Path) -> Path:
    _write(tmp_path / "c4_en" / "test" / "test_1.jsonl.gz", ["b"])
    _write(tmp_path / "c4_en" / "test" / "test_0.jsonl.gz", ["a", ""])
    _write(tmp_path / "c4_en" / "val" / "val_0.jsonl.gz", ["unread"])
    _write(tmp_path / "ptb" / "deep" / "ptb.jsonl", ["p"])
    _write(tmp_path / "own.v1.jsonl", ["o\u2028\x85 é"])
    _write(tmp_path / ".git" / "hidden.jsonl", ["unread"])
    (tmp_path / "README.md").write_text("not a slice")
    return tmp_path


def test_a_folder_of_slices(paloma: Path) -> None:
    found = slice_files(paloma)
    assert list(found) == ["c4_en", "own.v1", "ptb"]
    texts = {name: [text for one in own for text in texts_of(one)] for name, own in found.items()}
    assert texts == {"c4_en": ["a", "", "b"], "own.v1": ["o\u2028\x85 é"], "ptb": ["p"]}


def test_one_slice(paloma: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only = slice_files(paloma / "c4_en")
    assert only == {"c4_en": slice_files(paloma)["c4_en"]}
    assert list(slice_files(paloma / "own.v1.jsonl")) == ["own.v1"]
    monkeypatch.chdir(paloma / "c4_en")
    assert list(slice_files(Path())) == ["c4_en"]


def test_the_hash_is_of_names_and_contents(paloma: Path) -> None:
    before = content_hash(slice_files(paloma))
    assert content_hash(slice_files(paloma)) == before
    _write(paloma / "c4_en" / "val" / "val_0.jsonl.gz", ["another"])
    assert content_hash(slice_files(paloma)) == before
    _write(paloma / "ptb" / "deep" / "ptb.jsonl", ["q"])
    changed = content_hash(slice_files(paloma))
    (paloma / "ptb").rename(paloma / "penn")
    assert len({before, changed, content_hash(slice_files(paloma))}) == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"text": "a"}\n{"text": ', "line 2 is not JSON"),
        (b'{"text": 7}', "line 1 has no text"),
        (b'\n\n{"txt": "a"}', "line 3 has no text"),
        (b'["a"]', "line 1 has no text"),
        (b'{"text": "\\ud800"}', "line 1 is not JSON"),
        (b'{"text": "\xff"}', "not UTF-8"),
    ],
)
def test_wrong_lines_are_named(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told):
        texts_of(path)


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b'{"text": "a"}', mtime=0)[:-9], b""]
)
def test_a_broken_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(content)
    if content:
        with pytest.raises(InputError, match="no whole gzip file"):
            texts_of(path)
    else:
        assert texts_of(path) == []


def test_what_is_no_slice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        slice_files(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"holds no \.jsonl"):
        slice_files(tmp_path)
    _write(tmp_path / "a.jsonl", ["x"])
    _write(tmp_path / "a" / "b.jsonl", ["x"])
    with pytest.raises(InputError, match="two slices 'a'"):
        slice_files(tmp_path)
    with pytest.raises(InputError, match="cannot read .*is a directory"):
        texts_of(tmp_path)
