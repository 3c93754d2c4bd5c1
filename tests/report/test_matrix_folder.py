import json
import shutil
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.matrix_folder import (
    Cell,
    Plan,
    absent_cells,
    absent_told,
    cell_of,
    in_order_of,
    in_plans_order,
    matrix_of,
    plans_of,
    read_plan,
)
from tests.report.matrices import BENCHES, CONDITIONS, MODELS, write_plan


def test_a_cell_knows_its_matrix(matrix: Path) -> None:
    cell = matrix / "eval" / "small" / "soft" / "numeric"
    assert cell_of(cell) == Cell("small", "soft", "numeric")
    assert matrix / Cell("small", "soft", "numeric").folder == cell
    assert matrix_of(cell) == matrix_of(matrix / "eval" / "small") == matrix_of(matrix) == matrix
    for other in (cell.parent, matrix / "train" / "small" / "soft" / "numeric", cell / "rows"):
        assert cell_of(other) is None
    assert matrix_of(matrix.parent) is None and cell_of(matrix.parent) is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"models": ["small", "large"], "benches": list(BENCHES)},
        {"models": [{"name": "small", "model": "org/small"}, {"name": "large"}]},
    ],
)
def test_lists_are_read_in_any_form(tmp_path: Path, changes: dict[str, list[str]]) -> None:
    write_plan(tmp_path, **changes)
    plan = read_plan(tmp_path)
    assert (plan.models, plan.conditions, plan.benches) == (MODELS, CONDITIONS, BENCHES)
    inner = json.loads((tmp_path / "matrix.json").read_text())
    (tmp_path / "matrix.json").write_text(json.dumps({"matrix": inner, "versions": {}}))
    assert read_plan(tmp_path) == plan and len(plan.cells()) == 18


def test_what_is_no_list_is_refused_and_what_is_missing_expects_nothing(tmp_path: Path) -> None:
    (tmp_path / "matrix.json").write_text('{"models": 3}')
    with pytest.raises(InputError, match=r"matrix.json: models should be a list"):
        read_plan(tmp_path)
    (tmp_path / "matrix.json").write_text("{}")
    assert read_plan(tmp_path).cells() == () and absent_cells(tmp_path) == ()
    assert absent_cells(tmp_path.parent) == ()


def test_evaluations_come_in_the_plan_s_order(matrix: Path) -> None:
    names = ["large/base/numeric", "small/soft/numeric", "other/base/x", "small/base/perplexity"]
    found = in_plans_order(matrix, [matrix / "eval" / name for name in names])
    assert [str(one.relative_to(matrix / "eval")) for one in found] == [
        "small/base/perplexity",
        "small/soft/numeric",
        "large/base/numeric",
        "other/base/x",
    ]


def test_cells_without_a_result_are_named_with_the_reason(matrix: Path) -> None:
    assert absent_cells(matrix) == ()
    (matrix / "eval" / "small" / "soft" / "knowledge" / "result.json").unlink()
    shutil.rmtree(matrix / "eval" / "large" / "hard")
    tasks = [
        {
            "key": "eval/large/hard/numeric",
            "status": "failed",
            "error": "failed with exit status 2",
        },
        {"key": "eval/large/hard/knowledge", "status": "not run", "error": "no adapter"},
        {"key": "eval/large/hard/perplexity", "status": "finished", "error": None},
        {"attempts": 3},
    ]
    (matrix / "status.json").write_text(json.dumps({"tasks": tasks}))
    absent = absent_cells(matrix)
    assert [(one.cell.folder.as_posix(), one.why) for one in absent] == [
        ("eval/small/soft/knowledge", "not finished"),
        ("eval/large/hard/numeric", "failed with exit status 2"),
        ("eval/large/hard/knowledge", "not run: no adapter"),
        ("eval/large/hard/perplexity", "no result"),
    ]
    assert absent_told(absent) == (
        "small · soft: knowledge (not finished).",
        "large · hard: numeric (failed with exit status 2); knowledge (not run: no adapter); "
        "perplexity (no result).",
    )
    assert len(absent_cells(matrix / "eval" / "small")) == 1
    assert not absent_cells(matrix / "eval" / "large" / "soft")


def test_plans_are_taken_together_and_give_an_order(tmp_path: Path, matrix: Path) -> None:
    (tmp_path / "other").mkdir()
    write_plan(tmp_path / "other", models=["large", "huge"], conditions=["anchored"])
    plan = plans_of([matrix / "eval" / "small", tmp_path / "other", matrix, tmp_path])
    assert plan == Plan(("small", "large", "huge"), (*CONDITIONS, "anchored"), BENCHES)
    assert plans_of([tmp_path]) == Plan((), (), ())
    assert in_order_of(plan.models, ["x", "huge", "small", "x"]) == ["small", "huge", "x"]
