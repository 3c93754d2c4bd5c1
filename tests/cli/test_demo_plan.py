from pathlib import Path

from aleator.benchmarks.catalogue import BENCHMARKS
from aleator.cli.demo_plan import demo_stages
from aleator.cli.demo_settings import DemoSettings
from aleator.cli.stages import Stage

WHOLE = DemoSettings.chosen(11, quick=False)
QUICK = DemoSettings.chosen(11, quick=True)


def by_name(folder: Path, settings: DemoSettings) -> dict[str, Stage]:
    return {stage.name: stage for stage in demo_stages(folder, settings)}


def option(stage: Stage, name: str) -> str:
    return stage.arguments[stage.arguments.index(name) + 1]


def test_base_is_measured_and_every_adapter_is_trained_then_measured(tmp_path: Path) -> None:
    stages = by_name(tmp_path, WHOLE)
    assert list(stages) == [
        "evaluate base",
        *(f"train {name}" for name in ("words", "anchored", "soft", "hard")),
        *(f"evaluate {name}" for name in ("words", "anchored", "soft", "hard")),
    ]
    assert stages["evaluate soft"].needs == ("train soft",)
    assert stages["evaluate base"].needs == ()
    assert stages["train hard"].arguments == (
        "train", "sandbox", "--method", "hard", "--recipe", "sandbox/hard",
        "--out", str(tmp_path / "train" / "hard"), "--set", "seed=11",
    )  # fmt: skip
    assert option(stages["train words"], "--recipe") == "language/soft"
    assert option(stages["train words"], "--anchor") == "1"
    assert option(stages["train anchored"], "--recipe") == option(stages["train soft"], "--recipe")
    assert "--anchor" not in stages["train soft"].arguments


def test_every_benchmark_is_run_on_every_condition_with_the_same_settings(tmp_path: Path) -> None:
    evaluations = [stage for stage in demo_stages(tmp_path, WHOLE) if stage.arguments[0] == "eval"]
    assert len(evaluations) == 5
    for stage in evaluations:
        assert option(stage, "--bench").split(",") == list(BENCHMARKS)
        assert option(stage, "--limit") == "closed_sets=55,mcq_positions=5"
        assert option(stage, "--targets") == "language/closed_sets"
        assert option(stage, "--seed") == "11"


def test_an_adapter_is_evaluated_from_where_it_was_trained(tmp_path: Path) -> None:
    stages = by_name(tmp_path, WHOLE)
    assert option(stages["evaluate hard"], "--adapter") == str(tmp_path / "train" / "hard")
    assert "--adapter" not in stages["evaluate base"].arguments


def test_a_stage_is_finished_when_its_last_file_is_there(tmp_path: Path) -> None:
    stages = by_name(tmp_path, WHOLE)
    assert stages["train soft"].result == tmp_path / "train" / "soft" / "metrics.jsonl"
    assert stages["evaluate soft"].result == tmp_path / "eval" / "soft" / "result.json"


def test_the_quick_demo_limits_prompts_and_updates(tmp_path: Path) -> None:
    stages = by_name(tmp_path, QUICK)
    assert f"max_steps={QUICK.steps['soft']}" in stages["train soft"].arguments
    assert f"numeric={QUICK.limits['numeric']}," in option(stages["evaluate base"], "--limit")
    assert set(stages) == {
        f"{verb} {name}" for verb in ("train", "evaluate") for name in ("words", "soft")
    } | {"evaluate base"}
    gauge = stages["train words"].gauge
    assert gauge is not None
    assert (gauge.total, gauge.field) == (QUICK.steps["words"], "step")


def test_a_gauge_counts_the_rows_of_all_benchmarks(tmp_path: Path) -> None:
    gauge = by_name(tmp_path, WHOLE)["evaluate base"].gauge
    assert gauge is not None and gauge.total == 683 + 110 + 102 + 5 + 40 + 1200 + 720
    assert [file.name for file in gauge.files] == [
        "numeric.jsonl",
        "closed_sets.jsonl",
        "open_ended.jsonl",
        "mcq_positions.jsonl",
        "novelty.generations.jsonl",
        "knowledge.jsonl",
        "perplexity.jsonl",
    ]
