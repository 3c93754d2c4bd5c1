"""What is refused of a loaded model, before anything is written."""

import json
from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BENCHMARKS, BenchSettings
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.evaluation import EvaluationRequest, run_evaluation
from aleator.benchmarks.method_settings import MethodSettings
from aleator.benchmarks.model_checks import check_on_model
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.benchmarks.subject import AnsweringModel, Opened
from aleator.errors import InputError, RecipeError
from aleator.models.loading import LoadedModel
from aleator.recipe_files import recipe_path
from aleator.tokens.chat import ChatFormat
from aleator.training.recipe_yaml import read_recipe
from aleator.training.run import tree_collator
from aleator.training.target_files import read_target_files
from tests.tiny_models import tiny_model, tiny_tokenizer


@pytest.fixture(scope="module")
def model() -> AnsweringModel:
    tokenizer = tiny_tokenizer()
    tiny = tiny_model("qwen3", "sdpa", vocabulary=len(tokenizer), layers=1)
    return AnsweringModel(tiny, tokenizer, ChatFormat(tokenizer))


def _closed(folder: Path, outcome: str = "2", prompt: str = "Roll.") -> BenchSettings:
    path = folder / "mine.yaml"
    path.write_text(f"sets:\n  - {{name: die, prompts: [{prompt}], outcomes: ['{outcome}', 1]}}\n")
    return BenchSettings(closed_sets=ClosedSetsSettings(targets=path))


def _texts(folder: Path, *texts: str) -> BenchSettings:
    (folder / "full.jsonl").write_text('{"text": "A number is 1.25."}\n')
    (folder / "mine.jsonl").write_text("".join(json.dumps({"text": one}) + "\n" for one in texts))
    return BenchSettings(perplexity=PerplexitySettings(files=folder))


def test_what_fits_is_taken(model: AnsweringModel) -> None:
    for name in BENCHMARKS:
        check_on_model(name, BenchSettings(), model)


@pytest.mark.parametrize(
    "name", ["numeric", "open_ended", "mcq_positions", "novelty", "closed_sets"]
)
def test_a_model_too_small_for_our_own_prompts(name: str) -> None:
    tokenizer = tiny_tokenizer()
    tiny = tiny_model("qwen3", vocabulary=len(tokenizer), layers=1)
    tiny.config.max_position_embeddings = 16
    small = AnsweringModel(tiny, tokenizer, ChatFormat(tokenizer))
    with pytest.raises(InputError, match="the prompt .* has positions for 16"):
        check_on_model(name, BenchSettings(), small)


def test_prompts_of_the_users(model: AnsweringModel, tmp_path: Path) -> None:
    for long in ({"prompt": "Roll. " * 200}, {"outcome": "2" * 700}):
        with pytest.raises(InputError, match="mine.yaml:2: the prompt 'Roll.* positions for 512"):
            check_on_model("closed_sets", _closed(tmp_path, **long), model)
    (tmp_path / "open.jsonl").write_text(json.dumps({"id": 1, "prompt": "Go on. " * 200}))
    settings = BenchSettings(novelty=NoveltySettings(file=tmp_path / "open.jsonl"))
    with pytest.raises(InputError, match="the prompt 'Go on.* positions for 512"):
        check_on_model("novelty", settings, model)


def test_special_tokens_are_refused_in_the_words_of_training(
    model: AnsweringModel, tmp_path: Path
) -> None:
    settings = _closed(tmp_path, "<|im_end|>")
    with pytest.raises(RecipeError) as told:
        check_on_model("closed_sets", settings, model)
    assert "mine.yaml:2: the outcome '<|im_end|>' holds a special token" in str(told.value)
    recipe = read_recipe(recipe_path("sandbox/soft"), {"targets": f"[{tmp_path / 'mine.yaml'}]"})
    with pytest.raises(RecipeError) as trained:
        tree_collator(recipe, read_target_files(recipe), model.tokenizer)
    assert str(told.value) == str(trained.value)


@pytest.mark.parametrize("texts", [("", ""), ("", "1")], ids=["empty", "a single token"])
def test_a_slice_with_nothing_to_score(
    texts: tuple[str, ...], model: AnsweringModel, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"{tmp_path}: the slice 'mine' holds nothing to score"):
        check_on_model("perplexity", _texts(tmp_path, *texts), model)
    check_on_model("perplexity", _texts(tmp_path, *texts, "1 2"), model)


def test_an_evaluation_is_refused_before_anything_is_written(
    model: AnsweringModel, tmp_path: Path
) -> None:
    """A method's system message counts with the prompt."""
    loaded = LoadedModel("tiny", tiny_model("qwen3", layers=1), model.tokenizer, ".", None)
    opened = Opened(model, loaded, None, adapter_silent=False)
    plain = EvaluationRequest("tiny", tmp_path / "out", ("closed_sets",))
    for settings, method in (
        (_closed(tmp_path, "<|im_end|>"), MethodSettings()),
        (BenchSettings(closed_sets=ClosedSetsSettings(draws=3)), MethodSettings("verbalized")),
    ):
        request = EvaluationRequest(
            "tiny", tmp_path / "out", plain.benches, settings=settings, method=method
        )
        with pytest.raises(InputError, match="special token|has positions for 512"):
            run_evaluation(request, opened, lambda *state: None)
        assert not (tmp_path / "out").exists()
