"""Figures for a card: the right evaluations only, and all they say."""

import json
from pathlib import Path

import pytest
import yaml

from aleator.errors import InputError
from aleator.report.card_figures import (
    TITLES,
    Weights,
    bench_tables,
    index_results,
    read_evaluations,
    setbacks_told,
)
from aleator.report.read_result import FIGURES
from aleator.report.results import Collection
from tests.report.handmade import aggregate, make_evaluation, write_three

WEIGHTS = Weights("base-weights", "soft-weights")
MEASURED = {"base": None, "soft": "soft-weights", "hard": "hard-weights"}


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Evaluations with their records, as `aleator eval` leaves them."""
    found = {path.name: path for path in write_three(tmp_path)}
    for name, path in found.items():
        record = {"model_weights": "base-weights", "adapter_weights": MEASURED[name]}
        (path / "run.yaml").write_text(yaml.safe_dump(record))
    return found


def test_conditions_are_called_what_they_are(folders: dict[str, Path]) -> None:
    collection = read_evaluations([folders["soft"], folders["base"]], WEIGHTS)
    assert [result.label for result in collection.results] == ["base", "calibrated"]
    assert read_evaluations([], WEIGHTS).results == ()


def test_another_adapter_is_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"hard measured other weights \(sandbox with .*hard"):
        read_evaluations(list(folders.values()), WEIGHTS)
    other = Weights("other-weights", "soft-weights")
    with pytest.raises(InputError, match=r"measured other weights \(sandbox\)"):
        read_evaluations([folders["base"]], other)


def test_every_folder_of_a_joined_condition_must_have_measured_it(matrix: Path) -> None:
    weights = Weights("small", "soft")
    folders = [matrix / "eval" / "small" / name for name in ("base", "soft")]
    collection = read_evaluations(folders, weights)
    assert [result.label for result in collection.results] == ["base", "calibrated"]
    assert len(collection.results[1].folders) == 3
    (folders[1] / "knowledge" / "run.yaml").write_text("model_weights: small\n")
    with pytest.raises(InputError, match="given twice|other weights|knowledge"):
        read_evaluations([matrix / "eval" / "large" / "soft", *folders], weights)


def test_who_measured_must_be_known(folders: dict[str, Path]) -> None:
    (folders["soft"] / "run.yaml").unlink()
    with pytest.raises(InputError, match=r"soft has no run.yaml.*evaluate again"):
        read_evaluations([folders["soft"]], WEIGHTS)


def test_tables_and_index(folders: dict[str, Path]) -> None:
    collection = read_evaluations([folders["base"], folders["soft"]], WEIGHTS)
    (numeric,) = bench_tables(collection)
    assert (numeric.bench, numeric.labels) == ("numeric", ("base", "calibrated"))
    found = {(one.dataset_split, one.metric_type): one for one in index_results([numeric])}
    base, soft = collection.results
    for split, title in (
        ("held_out_families", "Held-out families"),
        ("unseen_parameters", "Unseen parameters"),
    ):
        for key, estimate in soft.splits[split].family_mean.items():
            one = found.pop((title, key))
            assert one.metric_value == estimate.value
            assert one.metric_args is not None
            assert one.metric_args["base"] == base.splits[split].family_mean[key].value
            assert one.metric_args["interval_95"].count("…") == 1
    assert not found, "nothing that was not measured"


def test_base_alone_is_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"none measured this adapter.* or leave --eval out"):
        read_evaluations([folders["base"]], WEIGHTS)


def test_columns_of_different_items_are_told_and_not_set_side_by_side(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Of the one split whose counts differ; families of one prompt are told, too."""
    both = read_evaluations([folders["base"], folders["soft"]], WEIGHTS)
    assert bench_tables(both)[0].notes == ()
    few = make_evaluation(tmp_path / "few", adapter="train/soft/adapter", collapse=0.08)
    held_out = [row for row in few.rows if row["split"] == "held_out_families"]
    kept = [row for row in held_out if row["key"].endswith("/0") or row["family"] == "chi"]
    few.rows = [row for row in few.rows if row["split"] != "held_out_families"] + kept
    few.splits["held_out_families"] = aggregate(kept, "held_out_families")
    record = {"model_weights": "base-weights", "adapter_weights": "soft-weights"}
    (few.write() / "run.yaml").write_text(yaml.safe_dump(record))
    collection = read_evaluations([folders["base"], tmp_path / "few"], WEIGHTS)
    tables = bench_tables(collection)
    uneven, single = tables[0].notes
    assert uneven == (
        "The columns are not of the same items, so that their figures are not to be compared: "
        "Held-out families: base 24 prompts, calibrated 9 prompts."
    )
    assert single.startswith("Held-out families: 5 of 6 families evaluated have one prompt only")
    assert "too narrow" in single
    beside = {one.dataset_split: one.metric_args or {} for one in index_results(tables)}
    assert "base" in beside["Unseen parameters"] and "base" not in beside["Held-out families"]


def test_settings_that_differ_are_named(folders: dict[str, Path]) -> None:
    """But not what they are, which may be a place on this machine."""
    for name, own in (
        ("base", {"decimals": 2, "limit": 4, "draws": 9, "exact": {"nodes": 3}}),
        ("soft", {"decimals": 5, "limit": 5, "draws": 9, "exact": {"nodes": 4}}),
    ):
        path = folders[name] / "result.json"
        top = json.loads(path.read_text())
        top["bench"]["numeric"] |= own
        path.write_text(json.dumps(top))
    collection = read_evaluations([folders["base"], folders["soft"]], WEIGHTS)
    assert bench_tables(collection)[0].notes == (
        "The columns were not measured with the same settings (decimals, exact.nodes), so that it "
        "may be these that make the difference.",
    )


def test_undefined_figures_are_not_in_the_index(folders: dict[str, Path]) -> None:
    path = folders["soft"] / "result.json"
    undefined = '"shape_kl": {"value": null, "was": '
    path.write_text(path.read_text().replace('"shape_kl": {"value": ', undefined))
    collection = read_evaluations([folders["base"], folders["soft"]], WEIGHTS)
    kinds = {one.metric_type for one in index_results(bench_tables(collection))}
    assert "shape_kl" not in kinds and "value_tv" in kinds


def test_what_got_worse(folders: dict[str, Path]) -> None:
    both = read_evaluations([folders["base"], folders["soft"]], WEIGHTS)
    assert setbacks_told(both) == (
        "No stated goal was missed.",
        "No family evaluated is worse than base in value TV or normalised W1.",
    )
    alone = read_evaluations([folders["soft"]], WEIGHTS)
    assert setbacks_told(alone) == ()


def test_two_of_a_kind_are_told_apart(folders: dict[str, Path], tmp_path: Path) -> None:
    again = tmp_path / "again"
    folders["hard"].rename(again)
    record = {"model_weights": "base-weights", "adapter_weights": "soft-weights"}
    (again / "run.yaml").write_text(yaml.safe_dump(record))
    collection = read_evaluations([folders["soft"], again], WEIGHTS)
    labels = [result.label for result in collection.results]
    assert labels == ["calibrated (soft)", "calibrated (again)"]
    configs = {one.dataset_config for one in index_results(bench_tables(collection))}
    assert configs == set(labels)


def test_a_card_has_all_benchmarks_that_a_report_has() -> None:
    assert TITLES.keys() == FIGURES.keys()


def test_retention_is_told(retained: Collection) -> None:
    tables = {one.bench: one for one in bench_tables(retained)}
    assert {"knowledge", "perplexity"} <= tables.keys()
    for bench in ("knowledge", "perplexity"):
        rows = tables[bench].table.rows
        assert rows
        assert {len(cells) for row in rows for cells in row.groups} == {len(tables[bench].labels)}


def test_another_scale_is_refused(folders: dict[str, Path]) -> None:
    path = folders["soft"] / "result.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "adapter_scale": 0.5}))
    with pytest.raises(InputError, match="soft measured the adapter at scale 0.5"):
        read_evaluations([folders["soft"]], WEIGHTS)
