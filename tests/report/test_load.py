import json
import shutil
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.load import find_evaluations, load_results, read_notes
from tests.report.conftest import EvaluationMaker
from tests.report.language import copied
from tests.report.matrices import write_plan


def test_base_comes_first_the_rest_as_given(three_conditions: list[Path]) -> None:
    base, soft, hard = three_conditions
    collection = load_results([hard, soft, base])
    assert [result.label for result in collection.results] == ["base", "hard", "soft"]


def test_a_directory_of_several_is_read_in_the_order_of_its_notes(
    three_conditions: list[Path], tmp_path: Path
) -> None:
    notes = {"evaluations": ["base", "soft"], "left_out": ["Half of the prompts."], "seed": 3}
    (tmp_path / "demo.json").write_text(json.dumps(notes))
    collection = load_results([tmp_path])
    assert [result.label for result in collection.results] == ["base", "soft", "hard"]
    assert collection.left_out == ("Half of the prompts.",)


def test_without_notes_the_order_is_alphabetical(
    three_conditions: list[Path], tmp_path: Path
) -> None:
    assert [path.name for path in find_evaluations(tmp_path)] == ["base", "hard", "soft"]
    assert read_notes(tmp_path).left_out == ()


def test_evaluations_below_eval_are_found(make_evaluation: EvaluationMaker, tmp_path: Path) -> None:
    make_evaluation("demo/eval/base").write()
    assert find_evaluations(tmp_path / "demo") == [tmp_path / "demo" / "eval" / "base"]


def test_equal_names_are_told_apart_by_their_paths(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    first, second = make_evaluation("a/base").write(), make_evaluation("b/base").write()
    labels = [result.label for result in load_results([first, second]).results]
    assert labels == [str(first), str(second)]


def test_equal_names_of_two_models_are_told_apart_by_these(
    make_evaluation: EvaluationMaker,
) -> None:
    first, second = make_evaluation("a/base"), make_evaluation("b/base")
    second.top["model"] = "other"
    collection = load_results([first.write(), second.write()])
    assert [one.label for one in collection.results] == ["sandbox · base", "other · base"]
    assert [one.condition for one in collection.results] == ["base", "base"]


def test_a_matrix_is_read_in_its_order(matrix: Path) -> None:
    collection = load_results([matrix])
    labels = [f"{model} · {one}" for model in ("small", "large") for one in ("soft", "hard")]
    assert [one.label for one in collection.results] == ["small · base", "large · base", *labels]
    assert {one.model_name for one in collection.results} == {"small", "large"}
    assert {one.model for one in collection.results} == {"org/small", "org/large"}
    assert all(len(one.benches) == 3 for one in collection.results)
    assert collection.absent == ()


@pytest.mark.parametrize(
    ("part", "count"), [("eval", 6), ("eval/small", 3), ("eval/small/soft", 1)]
)
def test_a_part_of_a_matrix_is_read(matrix: Path, part: str, count: int) -> None:
    (matrix / "eval" / "large" / "soft" / "numeric" / "result.json").unlink()
    collection = load_results([matrix / part])
    assert len(collection.results) == count
    assert len(collection.absent) == (1 if part == "eval" else 0)


def test_models_of_a_matrix_are_named_where_one_alone_has_a_condition(matrix: Path) -> None:
    shutil.rmtree(matrix / "eval" / "small" / "hard")
    assert "large · hard" in [one.label for one in load_results([matrix]).results]
    found = load_results([matrix]).by_model()["large"].results
    assert [one.label for one in found] == ["base", "soft", "hard"]


def test_other_evaluations_beside_a_matrix_are_read_as_ever(
    matrix: Path, three_conditions: list[Path]
) -> None:
    """Such as in a folder that a matrix's folder happens to hold."""
    inner = matrix / "mine"
    inner.mkdir()
    for one in three_conditions:
        one.rename(inner / one.name)
    collection = load_results([inner])
    assert [one.label for one in collection.results] == ["base", "hard", "soft"]
    assert not collection.absent and {one.model_name for one in collection.results} == {"sandbox"}


def test_a_matrix_without_a_result_is_said_to_be_that(tmp_path: Path) -> None:
    write_plan(tmp_path)
    with pytest.raises(InputError, match=r"is a matrix of runs without any result so far"):
        load_results([tmp_path])


def test_one_cell_of_a_matrix_is_called_after_its_condition(matrix: Path) -> None:
    [found] = load_results([matrix / "eval" / "small" / "soft" / "numeric"]).results
    assert (found.label, found.model_name) == ("soft", "small")


def test_a_comparison_s_own_answer_is_pointed_at(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    for name in ("soft-11", "hard-11"):
        make_evaluation(f"all/eval/{name}", adapter=name).write()
    (tmp_path / "all" / "comparison.json").write_text("{}")
    [told] = load_results([tmp_path / "all"]).left_out
    assert "without their base" in told and "all/comparison.json; this page" in told


def test_the_same_directory_twice_is_refused(three_conditions: list[Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"soft is given twice"):
        load_results([tmp_path, three_conditions[1]])


def test_no_directory_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="no evaluation directory was given"):
        load_results([])


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent is no directory"):
        load_results([tmp_path / "absent"])


def test_an_empty_directory_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path} holds no evaluation: result\.json is miss"):
        load_results([tmp_path])


def test_an_unfinished_evaluation_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    with pytest.raises(InputError, match="unfinished evaluation"):
        load_results([tmp_path])


def test_another_way_of_asking_is_part_of_the_label(language_runs: Path, tmp_path: Path) -> None:
    _, _, _, seeds = copied(language_runs, tmp_path / "all")
    seeds.rename(seeds.parent / "base-ssot")
    labels = [result.label for result in load_results([tmp_path / "all"]).results]
    assert labels == ["base", "base-ssot", "even", "hot · temperature"]


def test_scales_of_an_adapter_are_found_and_told_apart(retained_runs: Path) -> None:
    collection = load_results([retained_runs])
    assert [result.label for result in collection.results] == ["base", "dial", "hard", "soft"]
    assert [result.label for result in collection.scaled] == [
        "dial ×0",
        "dial ×0.25",
        "dial ×0.5",
        "dial ×0.75",
    ]
    assert not {one.directory for one in collection.scaled} & {
        one.directory for one in collection.results
    }


def test_scales_given_one_by_one_are_the_same(retained_runs: Path) -> None:
    folders = [retained_runs / "dial" / f"scale-{scale}" for scale in ("1", "0.5")]
    collection = load_results([retained_runs / "base", *folders])
    assert [result.label for result in collection.results] == ["base", "dial"]
    assert [result.label for result in collection.scaled] == ["dial ×0.5"]


def test_equal_names_of_scales_are_told_apart_by_their_paths(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    folders = []
    for run in ("a", "b"):
        one = make_evaluation(f"{run}/soft/scale-1", adapter=run)
        one.top["adapter_scale"] = 1.0
        folders.append(one.write())
    labels = [result.label for result in load_results(folders).results]
    assert labels == [str(folder) for folder in folders]
