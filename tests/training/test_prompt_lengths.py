"""Every prompt that training and validation ask, and a run that is refused before it begins."""

import time
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.recipe_files import recipe_path
from aleator.tokens.chat import ChatFormat
from aleator.training.prompt_lengths import asked_of_recipe
from aleator.training.recipe_yaml import read_recipe
from aleator.training.run import TrainRequest, train
from aleator.training.target_files import read_target_files
from tests.tiny_models import tiny_model, tiny_tokenizer

SHORT = {"max_steps": "1", "epochs": "null", "validation": "null", "batch_size": "2"}
LINES = [
    "sets:",
    "  - {name: die, prompts: [Roll., PROMPT], outcomes: [1, 2]}",
    "  - {name: coin, split: held_out, system: Be fair., prompts: [Toss.], outcomes: [OUTCOME, 1]}",
]


def _targets(folder: Path, prompt: str = "Throw.", outcome: str = "2") -> str:
    path = folder / "mine.yaml"
    text = "\n".join(LINES).replace("PROMPT", prompt).replace("OUTCOME", f"'{outcome}'")
    path.write_text(text)
    return str(path)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model("qwen3", "sdpa", layers=1).save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return str(folder)


def test_words_and_numbers(tmp_path: Path) -> None:
    path = _targets(tmp_path)
    tokenizer = tiny_tokenizer()
    plain, fair = ChatFormat(tokenizer), ChatFormat(tokenizer, system="Be fair.")
    for mix, numbers in (({}, 0), ({"mix": "{numeric: 0.5, mine: 0.5}"}, 2_671)):
        overrides = {**SHORT, "targets": f"[{path}]", **mix}
        recipe = read_recipe(recipe_path("sandbox/soft"), overrides)
        found = [*asked_of_recipe(recipe, read_target_files(recipe), plain, {"Be fair.": fair})]
        assert [one.prompt for one in found[:3]] == ["Roll.", "Throw.", "Toss."]
        assert [one.chat for one in found[:3]] == [plain, plain, fair]
        assert found[2].answers == ("2", "1") and found[2].place == f"{path}:3"
        assert len(found) == 3 + numbers


@pytest.mark.parametrize("what", ["prompt", "outcome"])
def test_a_run_on_too_long_a_prompt_is_refused_at_once(
    what: str, model: str, tmp_path: Path
) -> None:
    """And leaves nothing behind."""
    path = _targets(tmp_path, **{what: "one two " * 20_000 + "three"})
    request = TrainRequest(model, "soft", tmp_path / "run", overrides=SHORT, targets=(path,))
    begin = time.process_time()
    with pytest.raises(InputError, match=r"mine.yaml:[23]: the prompt .* has positions for 512"):
        train(request)
    assert time.process_time() - begin < 10, "a hundred seconds and more without the check"
    assert not (tmp_path / "run").exists()


def test_the_anchors_prompts_too(model: str, tmp_path: Path) -> None:
    path = tmp_path / "keep.jsonl"
    path.write_text('{"prompt": "Hello?"}\n{"prompt": "%s"}\n' % ("one two " * 300))
    request = TrainRequest(
        model, "soft", tmp_path / "run", overrides=SHORT, anchor=1.0, anchor_prompts=str(path)
    )
    with pytest.raises(InputError, match=r"keep.jsonl:2: the prompt .* has positions for 512"):
        train(request)
    assert not (tmp_path / "run").exists()
