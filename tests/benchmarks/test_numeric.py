"""The numeric benchmark on a tiny model that answers with numbers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.numeric import (
    EXACT_METRICS,
    METRICS,
    NumericSettings,
    numeric_prompts,
    run_numeric,
)
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.distributions.grids import split_distributions
from aleator.errors import InputError
from aleator.evaluation.exact import ExactSettings
from aleator.evaluation.model_tree import GrowthPolicy
from aleator.files import JsonValue, read_rows
from tests.number_model import number_format, number_model, number_tokenizer

SMALL = NumericSettings(
    limit=5,
    draws=40,
    seed=3,
    exact=ExactSettings(
        target_nodes=16,
        growth=GrowthPolicy(max_nodes=64, sample_nodes=8),
        batch_prompts=3,
    ),
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject.local(AnsweringModel(number_model(), number_tokenizer(), number_format()))


@pytest.fixture(scope="module")
def evaluated(
    subject: Subject, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, JsonValue]]:
    out = tmp_path_factory.mktemp("evaluation")
    return out, run_numeric(subject, SMALL, out)


def test_prompts_are_spread_over_their_split() -> None:
    prompts = numeric_prompts(replace(SMALL, limit=24))
    assert len(prompts) == 48
    assert len({prompt.key for prompt in prompts}) == 48
    families = {one.target.distribution.family.name for one in prompts[:24]}
    assert len(families) >= 15
    whole = numeric_prompts(replace(SMALL, limit=None))
    assert len(whole) == 591 + 92
    assert [one.target.distribution for one in whole[:591]] == list(
        split_distributions("unseen_parameters")
    )


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"draws": -1}])
def test_settings_without_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        numeric_prompts(replace(SMALL, **wrong))


def test_the_schema(evaluated: tuple[Path, dict[str, JsonValue]]) -> None:
    out, bench = evaluated
    splits = json.loads(json.dumps(bench, allow_nan=False))["splits"]
    assert list(splits) == ["unseen_parameters", "held_out_families"]
    for summary in splits.values():
        assert summary["prompts"] == 5
        for name in ("family_mean", "family_median"):
            assert set(summary[name]) == set(METRICS)
            for metric, estimate in summary[name].items():
                assert set(estimate) == {"value", "low", "high"}
                if metric in EXACT_METRICS[:6]:
                    assert estimate["low"] <= estimate["value"] <= estimate["high"]
        assert all(set(row) == set(METRICS) for row in summary["families"].values())
    rows = read_rows(out / "rows" / "numeric.jsonl")
    assert [row["key"] for row in rows] == [prompt.key for prompt in numeric_prompts(SMALL)]
    for row in rows:
        assert set(METRICS) < set(row)
        assert isinstance(row["parameters"], dict) and isinstance(row["prompt"], str)
        assert row["draws"] == 40


def test_an_interrupted_run_is_completed_with_the_same_rows(
    subject: Subject, evaluated: tuple[Path, dict[str, JsonValue]], tmp_path: Path
) -> None:
    out, bench = evaluated
    lines = (out / "rows" / "numeric.jsonl").read_text().splitlines(keepends=True)
    partial = tmp_path / "rows" / "numeric.jsonl.partial"
    partial.parent.mkdir()
    partial.write_text("".join(lines[:4]) + lines[4][:30])  # killed within a batch and a line
    seen: list[tuple[int, int]] = []
    again = run_numeric(subject, SMALL, tmp_path, lambda done, total: seen.append((done, total)))
    assert seen[0] == (4, 10) and seen[-1] == (10, 10)
    assert (tmp_path / "rows" / "numeric.jsonl").read_text().splitlines(keepends=True) == lines
    assert again == bench


def test_finished_rows_are_not_computed_again(
    evaluated: tuple[Path, dict[str, JsonValue]],
) -> None:
    out, bench = evaluated
    other = AnsweringModel(number_model(stop_bias=-1.0), number_tokenizer(), number_format())
    assert run_numeric(Subject.local(other), SMALL, out) == bench


def test_without_draws_the_drawn_figures_are_left_out(subject: Subject, tmp_path: Path) -> None:
    settings = replace(SMALL, limit=2, draws=0, splits=("held_out_families",))
    bench = run_numeric(subject, settings, tmp_path)
    summary = json.loads(json.dumps(bench))["splits"]["held_out_families"]
    assert summary["left_out"] == {"w1_sampled": 2, "w1_oracle": 2, "valid_rate": 2}
    assert summary["family_mean"]["sequence_kl"]["value"] > 0
