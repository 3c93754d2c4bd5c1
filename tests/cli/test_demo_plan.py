import json
from pathlib import Path

import pytest

from aleator.cli.demo_plan import DemoSettings, demo_stages, left_out, note_settings
from aleator.errors import ConfigurationChangedError
from aleator.report.load import read_notes

WHOLE = DemoSettings.chosen(11, quick=False)
QUICK = DemoSettings.chosen(11, quick=True)


def test_base_is_measured_and_both_methods_are_trained_then_measured(tmp_path: Path) -> None:
    stages = {stage.name: stage for stage in demo_stages(tmp_path, WHOLE)}
    assert list(stages) == [
        "evaluate base",
        "train soft",
        "train hard",
        "evaluate soft",
        "evaluate hard",
    ]
    assert stages["evaluate soft"].needs == ("train soft",)
    assert stages["evaluate base"].needs == ()
    assert stages["evaluate base"].arguments == (
        "eval", "sandbox", "--bench", "numeric", "--out", str(tmp_path / "eval" / "base"),
        "--seed", "11",
    )  # fmt: skip
    assert stages["train hard"].arguments == (
        "train", "sandbox", "--method", "hard", "--recipe", "sandbox/hard",
        "--out", str(tmp_path / "train" / "hard"), "--set", "seed=11",
    )  # fmt: skip


def test_an_adapter_is_evaluated_from_where_it_was_trained(tmp_path: Path) -> None:
    stages = {stage.name: stage for stage in demo_stages(tmp_path, WHOLE)}
    arguments = stages["evaluate hard"].arguments
    assert arguments[arguments.index("--adapter") + 1] == str(tmp_path / "train" / "hard")
    assert "--adapter" not in stages["evaluate base"].arguments


def test_a_stage_is_finished_when_its_last_file_is_there(tmp_path: Path) -> None:
    results = {stage.name: stage.result for stage in demo_stages(tmp_path, WHOLE)}
    assert results["train soft"] == tmp_path / "train" / "soft" / "metrics.jsonl"
    assert results["evaluate soft"] == tmp_path / "eval" / "soft" / "result.json"


def test_the_quick_demo_limits_prompts_and_updates(tmp_path: Path) -> None:
    stages = {stage.name: stage for stage in demo_stages(tmp_path, QUICK)}
    assert f"max_steps={QUICK.steps}" in stages["train soft"].arguments
    assert stages["evaluate base"].arguments[-2:] == ("--limit", str(QUICK.limit))
    gauges = {name: stage.gauge for name, stage in stages.items()}
    evaluated, trained = gauges["evaluate base"], gauges["train soft"]
    assert evaluated is not None and trained is not None
    assert QUICK.limit is not None and evaluated.total == 2 * QUICK.limit
    assert (trained.total, trained.field) == (QUICK.steps, "step")


def test_the_whole_demo_measures_every_test_prompt(tmp_path: Path) -> None:
    gauge = demo_stages(tmp_path, WHOLE)[0].gauge
    assert gauge is not None and gauge.total == 591 + 92


def test_what_is_left_out_is_said_with_counts() -> None:
    assert left_out(WHOLE) == ()
    prompts, updates = left_out(QUICK)
    assert f"{QUICK.limit} of 591 prompts of unseen parameters" in prompts
    assert f"{QUICK.limit} of 92 prompts of held-out families" in prompts
    assert f"soft for {QUICK.steps} instead of" in updates


def test_notes_are_what_the_report_reads(tmp_path: Path) -> None:
    note_settings(tmp_path, QUICK)
    notes = read_notes(tmp_path)
    assert notes.evaluations == ("eval/base", "eval/soft", "eval/hard")
    assert notes.left_out == left_out(QUICK)


def test_the_same_settings_go_on_others_are_refused(tmp_path: Path) -> None:
    note_settings(tmp_path, QUICK)
    before = (tmp_path / "demo.json").read_text()
    note_settings(tmp_path, QUICK)
    with pytest.raises(ConfigurationChangedError, match="seed=11 there and 12 here") as caught:
        note_settings(tmp_path, DemoSettings.chosen(12, quick=False))
    assert f"limit={QUICK.limit} there and None here" in str(caught.value)
    assert "other settings (it was --quick): " in str(caught.value)
    assert (tmp_path / "demo.json").read_text() == before
    assert json.loads(before)["model"] == "sandbox"
