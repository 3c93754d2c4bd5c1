import json
from dataclasses import replace
from pathlib import Path

from aleator.benchmarks.numeric import NumericSettings, numeric_prompts
from aleator.distributions.grids import split_distributions
from aleator.report.cut_short import cut_short
from aleator.report.load import load_results
from aleator.report.results import Collection
from tests.report.conftest import EvaluationMaker
from tests.report.language import bench_of, changed, copied


def test_a_limit_is_told_with_what_is_missing(language_runs: Path) -> None:
    """Real results of `limit` 3, against the splits as the package builds them."""
    told = cut_short(load_results([language_runs / "base", language_runs / "even"]))
    prompts = numeric_prompts(NumericSettings(limit=3))
    for split, title in (
        ("held_out_families", "held-out families"),
        ("unseen_parameters", "unseen parameters"),
    ):
        whole = split_distributions(split)
        names = {one.family.name for one in whole}
        there = {one.target.distribution.family.name for one in prompts if one.split == split}
        [sentence] = [one for one in told if f"prompts of {title}" in one]
        start, _, missing = sentence.partition("altogether: ")
        assert start == (
            f"base and even: only 3 of {len(whole)} prompts of {title} were evaluated (limit 3); "
            f"{len(names - there)} of its {len(names)} families are missing "
        )
        assert set(missing.removesuffix(".").replace(" and ", ", ").split(", ")) == names - there


def test_limits_of_other_benchmarks_are_told(language_runs: Path) -> None:
    told = cut_short(load_results([language_runs / "base"]))
    asked = "perhaps not every prompt was asked of novelty (limit 6) and open_ended (limit 8)."
    assert f"base: {asked}" in told
    assert not any("closed_sets" in sentence for sentence in told)


def test_without_a_limit_nothing_is_told(
    three_conditions: list[Path], language_runs: Path, tmp_path: Path
) -> None:
    assert cut_short(load_results(three_conditions)) == ()
    [base] = copied(language_runs, tmp_path / "whole", "base")
    numeric = bench_of(base, "numeric") | {"limit": None}
    changed(base, {"numeric": numeric, "open_ended": None, "novelty": None})
    assert json.loads((base / "result.json").read_text())["bench"]["numeric"]["limit"] is None
    assert not cut_short(load_results([base]))


def test_a_limit_that_cuts_nothing_and_unknown_splits_are_passed_over(
    make_evaluation: EvaluationMaker,
) -> None:
    evaluation = make_evaluation("base")
    evaluation.top["bench"]["numeric"]["limit"] = 1000
    for split in evaluation.splits.values():
        split["prompts"] = 1000
    evaluation.splits["mine"] = evaluation.splits["unseen_parameters"] | {"prompts": 1}
    assert cut_short(load_results([evaluation.write()])) == ()


def test_models_without_a_base_are_told(three_conditions: list[Path]) -> None:
    [told] = cut_short(load_results(three_conditions[1:]))
    assert told.startswith("Of sandbox there is no evaluation as it is") and "compared" in told


def test_what_is_so_of_many_conditions_is_said_of_all(language_runs: Path) -> None:
    [base] = load_results([language_runs / "base"]).results
    many = tuple(replace(base, label=str(number)) for number in range(7))
    assert all(one.startswith("all conditions: ") for one in cut_short(Collection(many)))
    assert cut_short(Collection(many[:2]))[0].startswith("0 and 1: ")


def test_closed_sets_of_different_files_are_told(language_runs: Path) -> None:
    collection = load_results([language_runs])
    assert not any("not read from one file" in sentence for sentence in cut_short(collection))
    first, *others = collection.results
    settings = {**first.settings, "closed_sets: targets_sha256": "other"}
    settings["closed_sets: targets"] = "mine.yaml"
    mixed = replace(collection, results=(replace(first, settings=settings), *others))
    [told] = [sentence for sentence in cut_short(mixed) if "not read from one file" in sentence]
    assert f"{first.label}: mine.yaml" in told
