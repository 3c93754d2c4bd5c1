"""The command: what it refuses, and a whole comparison of a few updates and prompts."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from aleator.cli import compare as compare_module
from aleator.cli.app import run
from aleator.cli.stages import Stage, StageRun
from aleator.comparison.results import read_comparison
from aleator.comparison.tables import markdown
from aleator.training.run_record import read_record

TINY = ["--seeds", "11,12", "--limit", "2", "--processes", "1"]
TINY += ["--set", "max_steps=3", "--set", "batch_size=2", "--set", "validation=null"]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stages as real commands, but without a process each: torch is loaded once. Their names."""
    begun: list[str] = []

    def run_here(stages: Sequence[Stage], logs: Path, **options: object) -> list[StageRun]:
        for stage in stages:
            if not stage.result.exists():
                begun.append(stage.name)
                assert run(stage.arguments) == 0
        return []

    monkeypatch.setattr(compare_module, "run_stages", run_here)
    return begun


@pytest.mark.slow
def test_a_comparison_from_nothing_to_its_table(
    tmp_path: Path, in_this_process: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cmp"
    assert run(["compare", "sandbox", "--out", str(out), *TINY]) == 0
    printed = capsys.readouterr().out
    assert "Normalised W1, exact" in printed and str(out / "comparison.json") in printed.replace(
        "\n", ""
    )
    comparison = read_comparison(out / "comparison.json")
    assert set(comparison.matchings) == {"updates", "tokens"} and comparison.limit == 2
    for name, entry in comparison.runs.items():
        record = read_record(out / entry.training)
        assert record is not None and record.spent == entry.spent
        assert entry.spent.flops > 0 and entry.spent.seconds > 0
        soft = comparison.runs[f"soft-{entry.seed}"].spent
        if "updates" in entry.matchings:
            assert entry.spent.updates == soft.updates == 3
        if name.startswith("hard") and "tokens" in entry.matchings:
            assert entry.spent.tokens <= soft.tokens == entry.max_tokens
    for matched in comparison.matchings.values():
        assert {split: lines.prompts for split, lines in matched.splits.items()} == {
            "unseen_parameters": 2,
            "held_out_families": 2,
        }
    assert markdown(comparison).startswith("| spent a training | updates |")

    assert run(["compare", "sandbox", "--out", str(out), *TINY, "--json"]) == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(in_this_process) == 2 * len(comparison.runs), "nothing was done twice"
    assert again["matchings"] == json.loads((out / "comparison.json").read_text())["matchings"]

    (out / "comparison.json").unlink()
    assert run(["compare", "sandbox", "--out", str(out), *TINY, "--set", "lora.rank=2"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "other settings: soft.lora.rank=16 there and 2 here, hard.lora.rank=16 there" in told
    assert not (out / "comparison.json").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seeds", "11"), "1 seed cannot show how much seeds matter: give 2 or more"),
        (("--seeds", "11,11"), "the seed 11 is given twice"),
        (("--seeds", "11,x"), "--seeds 11,x: 'x' is no whole number from 0 up"),
        (("--seeds", "11,-1"), "'-1' is no whole number from 0 up"),
        (("--set", "seed=3"), "--set seed has no meaning here: give --seeds"),
        (("--set", "lora"), "'lora' is not NAME=VALUE"),
        (("--recipe-soft", "widde"), "unknown recipe 'widde'; did you mean 'wide'?"),
        (("--recipe-hard", "wide"), "is for method 'soft', not 'hard'"),
        (("--set", "max_tokens=9"), "max_tokens 9 is less than the"),
    ],
)
def test_wrong_input_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert run(["compare", "sandbox", "--out", str(tmp_path / "cmp"), *options]) == 2
    told = capsys.readouterr().err
    assert words in told and told.count("aleator: ") == 1
    assert not (tmp_path / "cmp").exists()


def test_a_model_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "./nowhere", "--out", str(tmp_path / "cmp")]) == 2
    assert "there is no directory ./nowhere" in capsys.readouterr().err
    assert not (tmp_path / "cmp").exists()


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(["compare", "sandbox", "--out", str(tmp_path / "file" / "cmp")]) == 2
    assert "cannot write" in capsys.readouterr().err
