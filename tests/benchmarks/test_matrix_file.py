"""Matrix files: every cell once, and nothing wrong found out later."""

from pathlib import Path

import pytest
import yaml

from aleator.benchmarks.matrix_file import Matrix, matrix_values, read_matrix
from aleator.errors import InputError
from aleator.recipe_files import matrix_path

SMALL = """\
models:
  - {name: a, model: sandbox, gpus: 0, set: {lora.rank: 4, data.families: [beta], validation: null}}
  - {name: b, model: ./somewhere}
conditions: {base: null, soft: paper/soft}
benches: [numeric, open_ended]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "matrix.yaml"
    path.write_text(text)
    return path


def test_every_cell_once(tmp_path: Path) -> None:
    cells = read_matrix(written(tmp_path, SMALL)).cells()
    assert [cell.key for cell in cells] == [
        f"{model}/{condition}/{bench}"
        for model in "ab"
        for condition in ("base", "soft")
        for bench in ("numeric", "open_ended")
    ]
    assert [cell.recipe for cell in cells[:4]] == [None, None, "paper/soft", "paper/soft"]
    assert (cells[0].model.gpus, cells[-1].model.gpus) == (0, 1)


def test_what_a_model_sets(tmp_path: Path) -> None:
    matrix = read_matrix(written(tmp_path, SMALL))
    model = matrix.models[0]
    assert model.overrides == {
        "lora.rank": "4",
        "data.families": "[beta]",
        "validation": "null",
    }
    recipe = matrix.recipe(model, "paper/soft")
    assert (recipe.lora.rank, recipe.data.families, recipe.validation) == (4, ("beta",), None)


def test_rounding_is_a_models_not_a_recipes(tmp_path: Path) -> None:
    """In `set` it would be that of the trainings alone, and base another model."""
    rounded = SMALL.replace("gpus: 0,", "gpus: 0, quantisation: nf4,")
    matrix = read_matrix(written(tmp_path, rounded))
    assert [matrix.recipe(one, "paper/soft").quantisation for one in matrix.models] == ["nf4", None]
    assert read_matrix(written(tmp_path, yaml.safe_dump(matrix_values(matrix)))) == matrix
    with pytest.raises(InputError, match=r"models\.0\.quantisation: input should be 'nf4'"):
        read_matrix(written(tmp_path, rounded.replace("nf4", "nf5")))
    with pytest.raises(InputError, match="a: quantisation stands beside set, not in it"):
        read_matrix(written(tmp_path, SMALL.replace("set: {", "set: {quantisation: nf4, ")))


def test_a_seed_is_that_of_every_training_but_where_a_model_has_its_own(tmp_path: Path) -> None:
    matrix = read_matrix(
        written(tmp_path, "seed: 5\n" + SMALL.replace("set: {", "set: {seed: 6, "))
    )
    assert [matrix.recipe(model, "paper/soft").seed for model in matrix.models] == [6, 5]


def test_benchmarks_with_their_options(tmp_path: Path) -> None:
    text = SMALL.partition("benches:")[0]
    text += "benches: {numeric: {limit: 2}, knowledge: {knowledge_tasks: [tiny]}, open_ended: null}"
    matrix = read_matrix(written(tmp_path, text))
    assert {cell.bench: cell.options for cell in matrix.cells()} == {
        "numeric": {"limit": 2},
        "knowledge": {"knowledge_tasks": ["tiny"]},
        "open_ended": {},
    }
    assert read_matrix(written(tmp_path, yaml.safe_dump(matrix_values(matrix)))) == matrix


@pytest.mark.parametrize(
    ("benches", "told"),
    [
        ("{numeric: {limt: 2}}", "benches.numeric.limt: extra inputs are not permitted"),
        ("{numeric: {limit: no}}", "benches.numeric.limit: input should be a valid integer"),
        ("{numeric: 2}", "benches.numeric: input should be a valid dictionary"),
        ("{novelty: {novelty_sets: [curate]}}", "did you mean 'curated'?"),
        ("numeric", "benches should be a list of benchmarks, or benchmarks with their options"),
        ("{}", "benches: dictionary should have at least 1 item"),
    ],
)
def test_mistaken_options(tmp_path: Path, benches: str, told: str) -> None:
    path = written(tmp_path, SMALL.partition("benches:")[0] + f"benches: {benches}")
    with pytest.raises(InputError) as caught:
        read_matrix(path)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_the_sandbox_matrix() -> None:
    """What README shows: three conditions, two benchmarks, no GPU."""
    matrix = read_matrix(matrix_path("sandbox/matrix"))
    assert len(matrix.cells()) == 6
    assert {model.gpus for model in matrix.models} == {0}
    assert all("limit" in cell.options for cell in matrix.cells())


def test_written_and_read(tmp_path: Path) -> None:
    matrix = read_matrix(written(tmp_path, SMALL))
    again = read_matrix(written(tmp_path, yaml.safe_dump(matrix_values(matrix), sort_keys=False)))
    assert again == matrix


def test_the_published_matrix() -> None:
    """Twelve models of four families in three conditions; recipes differ by no more than memory."""
    matrix: Matrix = read_matrix(matrix_path("paper/matrix"))
    families = ["Qwen3-", "gemma-3-", "Llama-3.2-", "gpt-oss-"]
    ids = [model.model for model in matrix.models]
    assert [sum(part in one for one in ids) for part in families] == [5, 4, 2, 1]
    assert matrix.conditions == {"base": None, "soft": "paper/soft", "hard": "paper/hard"}
    assert len(matrix.cells()) == 12 * 3 * len(matrix.benches)
    published = {cell.bench: cell.options for cell in matrix.cells() if cell.options}
    assert published == {
        "novelty": {"novelty_sets": ["curated", "wildchat"], "novelty_partition": "published"},
        "knowledge": {"knowledge_tasks": ["tiny"]},
        "perplexity": {"perplexity_texts": "paloma"},
    }
    assert {key for model in matrix.models for key in model.set} == {"gradient_accumulation"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("name: b", "name: a"), "models holds 'a' twice"),
        (("name: b", "name: ../b"), "models.1.name: string should match pattern"),
        (("numeric, open", "numeric, numeric, open"), "benches holds 'numeric' twice"),
        (("open_ended", "open_end"), "unknown benchmark 'open_end'; did you mean 'open_ended'?"),
        (("paper/soft", "paper/sof"), "unknown recipe 'paper/sof'; did you mean 'paper/soft'?"),
        (("lora.rank", "lora.rnk"), "--set lora.rnk=4: unknown key 'rnk' in lora"),
        (("gpus: 0", "gpus: -1"), "models.0.gpus: input should be greater than"),
        (("gpus: 0", "gpus: 2"), "models.0.gpus: input should be less than or equal to 1"),
        (("gpus: 0", "cards: 0"), "models.0.cards: extra inputs are not permitted"),
        (("benches: [numeric, open_ended]", ""), "benches should be a list of benchmarks"),
    ],
)
def test_mistakes(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = written(tmp_path, SMALL.replace(*change))
    with pytest.raises(InputError) as caught:
        read_matrix(path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
