"""What a matrix's folder is taken up as, what may be added to it, and what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from aleator.benchmarks.matrix_file import Matrix, MatrixModel
from aleator.cli.matrix_settings import MATRIX_FILE, check_matrix, keep_matrix
from aleator.errors import ConfigurationChangedError, InputError
from aleator.files import as_object, read_json

A = MatrixModel(name="a", model="sandbox", set={"max_steps": 5, "epochs": None})
B = MatrixModel(name="b", model="sandbox", gpus=0)


def matrix(**change: object) -> Matrix:
    values: Mapping[str, object] = {
        "models": (A,),
        "conditions": {"base": None, "soft": "sandbox/soft"},
        "benches": {"numeric": {"limit": 5}},
        "seed": 3,
        **change,
    }
    return Matrix.model_validate(values)


def kept(out: Path, read: Matrix) -> None:
    keep_matrix(out, check_matrix(out, read))


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    kept(tmp_path, matrix())
    path = tmp_path / MATRIX_FILE
    values = as_object(read_json(path), path)
    assert (values["kind"], values["seed"]) == ("matrix", 3)
    assert values["models"] == {
        "a": {"model": "sandbox", "set": {"max_steps": "5", "epochs": "null"}}
    }
    assert values["benches"] == {"numeric": {"limit": 5}}
    before = path.stat().st_mtime_ns
    kept(tmp_path, matrix(models=(A.model_copy(update={"gpus": 0, "cpus": 4}),)))
    assert path.stat().st_mtime_ns == before, "where cells run decides nothing"


def test_models_conditions_and_benchmarks_may_be_added(tmp_path: Path) -> None:
    kept(tmp_path, matrix())
    larger = matrix(
        models=(B, A),
        conditions={"hard": "sandbox/hard", "base": None, "soft": "sandbox/soft"},
        benches={"open_ended": {}, "numeric": {"limit": 5, "draws": None}},
    )
    kept(tmp_path, larger)
    values = as_object(read_json(tmp_path / MATRIX_FILE), tmp_path)
    assert list(as_object(values["models"], tmp_path)) == ["b", "a"]
    with pytest.raises(ConfigurationChangedError, match="models has 'b' there and not here"):
        kept(tmp_path, matrix())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 4}, "seed=3 there and 4 here"),
        ({"seed": None}, "seed=3 there and None here"),
        (
            {"models": (B.model_copy(update={"name": "a"}),)},
            "models.a.set.max_steps=5 there and No",
        ),
        (
            {"models": (A.model_copy(update={"model": "./b"}),)},
            "models.a.model=sandbox there and ./b here",
        ),
        (
            {"conditions": {"base": None, "soft": "paper/soft"}},
            "conditions.soft.batch_size=8 there and 32 here",
        ),
        ({"conditions": {"base": "sandbox/soft", "soft": "sandbox/soft"}}, "conditions.base=None"),
        (
            {"models": (A.model_copy(update={"quantisation": "nf4"}),)},
            "models.a.set.quantisation=None there and nf4 here",
        ),
        ({"conditions": {"soft": "sandbox/soft"}}, "conditions has 'base' there and not here"),
        ({"benches": {"numeric": {"limit": 6}}}, "benches.numeric.limit=5 there and 6 here"),
        ({"benches": {"numeric": {}}}, "benches.numeric.limit=5 there and None here"),
    ],
)
def test_what_was_changed_is_refused_by_name(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    kept(tmp_path, matrix())
    before = (tmp_path / MATRIX_FILE).read_text()
    with pytest.raises(ConfigurationChangedError) as caught:
        kept(tmp_path, matrix(**change))
    assert told in str(caught.value)
    assert (tmp_path / MATRIX_FILE).read_text() == before


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".locks").mkdir()
    check_matrix(tmp_path, matrix())
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match=r"is not empty and holds no matrix\.json"):
        check_matrix(tmp_path, matrix())
