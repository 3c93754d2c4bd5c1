import json
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.estimates import Estimate
from aleator.report.fields import Field
from aleator.report.retention.perplexity import Document, Perplexity, read_perplexity
from tests.report.handmade import Json

_SLICE = {
    "slice": "prose",
    "documents": 2,
    "left_out": 1,
    "tokens": 30,
    "bytes": 90,
    "perplexity": {"value": 7.5, "low": 7.0, "high": 8.0},
    "bits_per_byte": {"value": None, "low": None, "high": None},
}


def _read(folder: Path, rows: list[Json]) -> Perplexity:
    (folder / "rows").mkdir()
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "rows" / "perplexity.jsonl").write_text(text)
    bench: Json = {"slices": [_SLICE]}
    return read_perplexity(Field(bench, folder / "result.json", "bench.perplexity"), folder)


def test_slices_keep_their_documents(tmp_path: Path) -> None:
    row = {"slice": "prose", "tokens": 10, "bytes": 30}
    rows = [
        row | {"key": "prose/0", "nll": 20.5, "text_sha256": "ab"},
        row | {"key": "prose/1", "nll": None},
        row | {"key": "else/0", "nll": 1.0, "slice": "else"},
    ]
    one = _read(tmp_path, rows).slices["prose"]
    assert one.rows == {
        "prose/0": Document(20.5, 10, 30, "ab"),
        "prose/1": Document(None, 10, 30),
    }
    assert (one.perplexity, one.bits_per_byte) == (Estimate(7.5, 7.0, 8.0), Estimate(None))
    assert (one.documents, one.place) == (2, "slices[0]")


def test_a_row_that_lacks_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"perplexity.jsonl lacks line 1.tokens"):
        _read(tmp_path, [{"key": "prose/0", "slice": "prose", "nll": 1.0, "bytes": 3}])
