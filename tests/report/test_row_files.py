from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.row_files import row_fields, row_path


def test_rows_know_their_line(tmp_path: Path) -> None:
    path = row_path(tmp_path, "open_ended")
    path.parent.mkdir()
    path.write_text('{"key": "a"}\n{"key": "b"}\n')
    first, second = row_fields(tmp_path, "open_ended")
    assert (first.get("key").text(), second.place) == ("a", "line 2")
    with pytest.raises(InputError, match=r"open_ended\.jsonl lacks line 2\.prompt"):
        second.get("prompt")


def test_missing_rows_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is incomplete: rows/novelty\.jsonl is missing"):
        row_fields(tmp_path, "novelty")
