from dataclasses import replace
from pathlib import Path

import pytest

from aleator.cli.compare_plan import compare_stages, finished_runs, keep_settings
from aleator.comparison.matching import MATCHINGS, PlannedRun
from aleator.comparison.settings import CompareSettings
from aleator.errors import ConfigurationChangedError, InputError

SETTINGS = CompareSettings("sandbox", (11, 12), {"soft": "sandbox/soft"}, {"batch_size": "4"}, 5)
SOFT = PlannedRun("soft", 11, MATCHINGS, 250, {"seed": "11"})
HARD = PlannedRun("hard", 11, ("tokens",), 240, {"seed": "11", "max_tokens": "900"}, 900)


def test_every_run_is_trained_and_then_evaluated(tmp_path: Path) -> None:
    stages = {
        stage.name: stage
        for stage in compare_stages(tmp_path, SETTINGS, (SOFT, HARD), ("--trust-remote-code",))
    }
    assert list(stages) == [
        "train soft-11",
        "train hard-tokens-11",
        "evaluate soft-11",
        "evaluate hard-tokens-11",
    ]
    trained = stages["train hard-tokens-11"]
    assert "max_tokens=900" in trained.arguments and "--recipe" not in trained.arguments
    assert "sandbox/soft" in stages["train soft-11"].arguments
    evaluated = stages["evaluate hard-tokens-11"]
    assert evaluated.needs == ("train hard-tokens-11",)
    text = " ".join(evaluated.arguments)
    assert "--seed 0 --draws 0 --limit 5 --trust-remote-code" in text
    assert text.endswith(f"--adapter {tmp_path / 'train' / 'hard-tokens-11'}")
    assert evaluated.gauge is not None and evaluated.gauge.total == 10


def test_without_a_limit_all_prompts_are_evaluated(tmp_path: Path) -> None:
    _, stage = compare_stages(tmp_path, replace(SETTINGS, limit=None), (SOFT,))
    assert "--limit" not in stage.arguments
    assert stage.gauge is not None and stage.gauge.total == 591 + 92


def test_changed_settings_are_refused_by_name(tmp_path: Path) -> None:
    keep_settings(tmp_path, SETTINGS)
    keep_settings(tmp_path, SETTINGS)
    changed = replace(SETTINGS, seeds=(11, 13), overrides={"batch_size": "4", "lora.rank": "2"})
    with pytest.raises(ConfigurationChangedError) as caught:
        keep_settings(tmp_path, changed)
    for words in (
        "seeds=[11, 12] there and [11, 13] here",
        "soft.lora.rank=16 there and 2 here",
        "hard.lora.rank=16 there and 2 here",
    ):
        assert words in str(caught.value)
    assert "limit" not in str(caught.value)


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match=r"is not empty and holds no compare\.json"):
        keep_settings(tmp_path, SETTINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_training_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="soft-11 holds no finished training"):
        finished_runs(tmp_path, (SOFT,))
