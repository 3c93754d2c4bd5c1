import shutil
from pathlib import Path

from aleator.report.load import load_results
from aleator.report.overview.tables import Overview, overview
from aleator.report.page import kept_lines
from aleator.report.results import Collection
from tests.report.conftest import EvaluationMaker


def _overview(collection: Collection) -> Overview:
    return overview(
        collection, {name: kept_lines(one) for name, one in collection.by_model().items()}
    )


def test_models_are_rows_and_conditions_columns(matrix: Path) -> None:
    found = _overview(load_results([matrix]))
    assert found.conditions == ("base", "soft", "hard")
    assert [one.bench for one in found.tables] == ["numeric", "knowledge", "perplexity"]
    numeric, knowledge, perplexity = found.tables
    assert list(numeric.rows) == ["small", "large"]
    base, soft, _ = numeric.rows["large"]
    source = f"{matrix}/eval/large/soft/numeric/result.json: bench.numeric.splits."
    assert soft.figure.source.startswith(source)
    assert base.moved is None and soft.moved is not None and soft.moved.outcome == "better"
    assert found.counts(numeric) == ("", "2 better", "2 better")
    assert found.counts(perplexity) == ("", "2 worse", "2 better")
    assert found.counts(knowledge) == ("", "2 worse", "2 better")


def test_every_condition_is_compared_with_its_own_model(
    make_evaluation: EvaluationMaker,
) -> None:
    """Soft is worse than the other model's base and better than its own."""
    made = []
    for model, collapse in (("good", 0.1), ("bad", 0.9)):
        for name, adapter, factor in (("base", None, 1.0), ("soft", "dir", 0.5)):
            one = make_evaluation(f"{model}/{name}", adapter=adapter, collapse=collapse * factor)
            one.top["model"] = model
            made.append(one.write())
    found = _overview(load_results(made))
    assert [row[1].moved for row in found.tables[0].rows.values()] != []
    assert found.counts(found.tables[0]) == ("", "2 better")


def test_what_is_missing_is_said_in_its_cell(matrix: Path) -> None:
    (matrix / "eval" / "small" / "soft" / "knowledge" / "result.json").unlink()
    (matrix / "eval" / "small" / "base" / "perplexity" / "result.json").unlink()
    shutil.rmtree(matrix / "eval" / "large")
    found = _overview(load_results([matrix]))
    assert found.conditions == ("base", "soft", "hard")
    numeric, knowledge, perplexity = found.tables
    assert [cell.figure.text for cell in numeric.rows["large"]] == ["no result"] * 3
    cell = knowledge.rows["small"][1]
    assert cell.missing and cell.figure.text == "not finished" and cell.moved is None
    assert found.counts(knowledge) == ("1 missing", "2 missing", "1 better, 1 missing")
    assert found.counts(perplexity)[0] == "2 missing"
    assert found.counts(perplexity)[1] == "1 not compared, 1 missing"


def test_bases_of_other_names_stand_in_one_column(make_evaluation: EvaluationMaker) -> None:
    made = []
    for model in ("one", "two"):
        evaluation = make_evaluation(f"{model}-as-it-is")
        evaluation.top["model"] = model
        made.append(evaluation.write())
    soft = make_evaluation("two-soft", adapter="dir")
    soft.top["model"] = "two"
    found = _overview(load_results([*made, soft.write()]))
    assert found.conditions == ("base", "two-soft")
    assert found.tables[0].rows["one"][1].figure.text == "–"


def test_models_and_conditions_stand_as_the_matrix_has_them(matrix: Path) -> None:
    """Though the first model has no result, nor the second condition."""
    shutil.rmtree(matrix / "eval" / "small")
    shutil.rmtree(matrix / "eval" / "large" / "soft")
    found = _overview(load_results([matrix]))
    assert found.conditions == ("base", "soft", "hard")
    assert list(found.tables[0].rows) == ["small", "large"]
