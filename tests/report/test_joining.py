import json
from pathlib import Path

import pytest

from aleator.report.joining import called, joined
from aleator.report.load import load_results
from aleator.report.provenance import facts_of
from aleator.report.read_result import read_result
from aleator.report.results import Result
from aleator.report.retention.comparing import retention_lines
from tests.report.matrices import BENCHES, write_cell

CELL = ("small", "soft")


def _parts(matrix: Path) -> list[Result]:
    return [read_result(matrix / "eval" / "small" / "soft" / bench) for bench in BENCHES]


def _source(matrix: Path, name: str = "soft") -> Path:
    return matrix.parent / "source" / name


def test_a_joined_condition_has_what_one_evaluation_has(matrix: Path) -> None:
    [found] = joined(_parts(matrix))
    whole = read_result(_source(matrix))
    assert found.benches == whole.benches == frozenset(BENCHES)
    assert (found.splits, found.rows) == (whole.splits, whole.rows)
    assert (found.knowledge, found.perplexity) == (whole.knowledge, whole.perplexity)
    assert called(found) == "soft"
    assert {one: found.folder_of(one).name for one in BENCHES} == {one: one for one in BENCHES}


def test_figures_lead_to_the_folder_of_their_benchmark(matrix: Path) -> None:
    collection = load_results([matrix / "eval" / "small"])
    lines = retention_lines(collection, "knowledge")
    assert {line.label for line in lines} == {"soft", "hard"}
    own, base = (matrix / "eval" / "small" / name / "knowledge" for name in ("soft", "base"))
    assert lines[0].source == f"{base}/rows/knowledge.jsonl and {own}/rows/knowledge.jsonl"
    assert lines[0].own is not None
    assert lines[0].own.source == f"{own}/result.json: bench.knowledge.tasks[0].value"
    facts = facts_of(next(one for one in collection.results if one.label == "soft"))
    for bench in BENCHES:
        folder = matrix / "eval" / "small" / "soft" / bench
        assert f"{folder}/result.json" in facts["aggregates"]
        assert f"{folder}/rows/{bench}.jsonl (" in facts["rows"]
        assert f"aleator eval {folder}" in facts["command"]


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 12},
        {"adapter": "other"},
        {"adapter_scale": 0.5},
        {"model": "other"},
        {"quantisation": "nf4"},
    ],
)
def test_what_differs_stays_apart(matrix: Path, change: dict[str, object]) -> None:
    path = matrix / "eval" / "small" / "soft" / "knowledge" / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    found = joined(_parts(matrix))
    assert [one.benches for one in found] == [{"numeric", "perplexity"}, {"knowledge"}]


def test_other_weights_stay_apart_and_unknown_ones_too(matrix: Path) -> None:
    record = matrix / "eval" / "small" / "soft" / "knowledge" / "run.yaml"
    record.write_text("model_weights: small\nadapter_weights: trained again\n")
    assert len(joined(_parts(matrix))) == 2
    record.unlink()
    assert len(joined(_parts(matrix))) == 2


def test_another_way_of_asking_stays_apart(matrix: Path) -> None:
    path = matrix / "eval" / "small" / "soft" / "numeric" / "result.json"
    top = json.loads(path.read_text())
    costs = dict.fromkeys(("tokens_per_draw", "tokens_per_answer", "invalid_rate"))
    method = {"name": "ssot", "temperature": None, "draws": 3, **costs}
    top["bench"]["numeric"]["method"] = method
    path.write_text(json.dumps(top))
    assert len(joined(_parts(matrix))) == 2


def test_a_benchmark_twice_is_joined_with_what_lies_beside_it_or_with_nothing(
    matrix: Path,
) -> None:
    changes = {"model": "org/small", "adapter": str(matrix / "train/small/soft/adapter")}
    again = write_cell(matrix, "copy", "soft", "numeric", _source(matrix), changes)
    (again / "run.yaml").write_text("model_weights: small\nadapter_weights: soft\n")
    found = joined([*_parts(matrix), read_result(again)])
    assert [one.benches for one in found] == [set(BENCHES), {"numeric"}]
    twice = write_cell(matrix / "eval/small/soft/x", "a", "soft", "numeric", _source(matrix))
    moved = twice.rename(matrix / "eval" / "small" / "soft" / "numeric-2")
    top = json.loads((moved / "result.json").read_text()) | changes
    (moved / "result.json").write_text(json.dumps(top))
    (moved / "run.yaml").write_text("model_weights: small\nadapter_weights: soft\n")
    found = joined([*_parts(matrix), read_result(moved)])
    assert [sorted(one.benches) for one in found] == [[one] for one in (*BENCHES, "numeric")]


def test_models_of_a_matrix_are_not_joined_whatever_they_share(matrix: Path) -> None:
    """As where one model is trained with two settings and some cells of its bases are missing."""
    bases = []
    for model, bench in (("small", "numeric"), ("large", "knowledge")):
        folder = matrix / "eval" / model / "base" / bench
        path = folder / "result.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"model": "one"}))
        (folder / "run.yaml").unlink()
        bases.append(read_result(folder))
    assert len(joined(bases)) == 2
    (matrix / "matrix.json").unlink()
    assert len(joined(bases)) == 1


def test_scales_are_called_after_their_adapters(matrix: Path, tmp_path: Path) -> None:
    found = []
    for name, bench in (("one", "numeric"), ("two", "knowledge")):
        source = write_cell(tmp_path / name, "x", "soft", bench, _source(matrix))
        folder = source.rename(tmp_path / name / "scale-0.5")
        top = json.loads((folder / "result.json").read_text())
        top |= {"adapter": "same", "adapter_scale": 0.5}
        (folder / "result.json").write_text(json.dumps(top))
        found.append(read_result(folder))
    [both] = joined(found)
    assert called(both) == "one ×0.5 + two ×0.5"


def test_folders_outside_of_a_matrix(matrix: Path, tmp_path: Path) -> None:
    (matrix / "matrix.json").unlink()
    assert called(joined(_parts(matrix))[0]) == "soft"
    assert called(_parts(matrix)[0]) == "numeric"
    renamed = matrix / "eval" / "small" / "soft" / "numeric"
    other = renamed.rename(renamed.with_name("numbers"))
    parts = [read_result(other), *_parts_of(matrix, "knowledge")]
    assert called(joined(parts)[0]) == "numbers + knowledge"


def _parts_of(matrix: Path, bench: str) -> list[Result]:
    return [read_result(matrix / "eval" / "small" / "soft" / bench)]
