import json
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.estimates import Estimate
from aleator.report.fields import Field
from aleator.report.retention.knowledge import Knowledge, read_knowledge
from tests.report.handmade import Json


def _read(folder: Path, bench: Json, rows: list[Json]) -> Knowledge:
    (folder / "rows").mkdir()
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "rows" / "knowledge.jsonl").write_text(text)
    return read_knowledge(Field(bench, folder / "result.json", "bench.knowledge"), folder)


def _bench(metric: str = "acc") -> Json:
    task = {
        "task": "cloze",
        "metric": metric,
        "items": 3,
        "value": {"value": 0.5, "low": 0.1, "high": 0.9},
        "others": {"gp_irt": {"value": 0.4, "low": None, "high": None}, "irt": None},
    }
    return {"tasks": [task], "aggregate": {"tasks": 1, "mean": {"value": 0.5}, "gp_irt": None}}


def _row(key: str, **metrics: float | None) -> Json:
    return {"key": key, "task": "cloze", "metrics": metrics}


def test_tasks_keep_their_headline_item_by_item(tmp_path: Path) -> None:
    rows = [_row("a", acc=1.0, other=0.0), _row("b", acc=None, other=1.0), _row("c", acc=0.25)]
    found = _read(tmp_path, _bench(), rows)
    task = found.tasks["cloze"]
    assert dict(task.rows) == {"a": 1.0, "b": None, "c": 0.25}
    assert task.value == Estimate(0.5, 0.1, 0.9) and task.items == 3
    assert task.others == {"gp_irt": Estimate(0.4), "irt": Estimate(None)}
    assert found.aggregate == {"mean": Estimate(0.5), "gp_irt": Estimate(None)}
    assert task.place == "tasks[0]"


def test_a_row_without_the_headline_is_undefined(tmp_path: Path) -> None:
    found = _read(tmp_path, _bench("mc2"), [_row("a", acc=1.0)])
    assert dict(found.tasks["cloze"].rows) == {"a": None}


def test_rounding_beyond_one_is_taken_back_more_is_refused(tmp_path: Path) -> None:
    found = _read(tmp_path, _bench(), [_row("a", acc=1.0 + 1e-9)])
    assert found.tasks["cloze"].rows["a"] == 1.0
    (tmp_path / "2").mkdir()
    with pytest.raises(InputError, match=r"tasks\[0\].metric is acc, which is 3 .* shares between"):
        _read(tmp_path / "2", _bench(), [_row("a", acc=3.0)])


def test_no_aggregate_and_no_others_are_empty(tmp_path: Path) -> None:
    bench = _bench()
    bench["aggregate"] = None
    del bench["tasks"][0]["others"]
    found = _read(tmp_path, bench, [_row("a", acc=1.0)])
    assert found.aggregate == {} and found.tasks["cloze"].others == {}


def test_rows_that_are_missing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rows/knowledge.jsonl is missing"):
        read_knowledge(Field(_bench(), tmp_path / "result.json"), tmp_path)
