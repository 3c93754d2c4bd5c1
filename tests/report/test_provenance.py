from dataclasses import replace
from pathlib import Path

from aleator.report.load import load_results
from aleator.report.provenance import facts_of, provenance_rows
from aleator.report.results import Collection


def test_what_all_share_is_said_once(three_conditions: list[Path]) -> None:
    rows = {row.name: row.values for row in provenance_rows(load_results(three_conditions))}
    assert rows["model"] == ("sandbox",)
    assert rows["version of torch"] == ("2.13.0",)
    assert rows["adapter"] == ("none", "train/soft/adapter", "train/hard/adapter")


def test_every_condition_names_its_files(three_conditions: list[Path]) -> None:
    rows = {row.name: row.values for row in provenance_rows(load_results(three_conditions))}
    assert rows["aggregates"] == tuple(f"{path}/result.json" for path in three_conditions)
    assert rows["rows"][0] == f"{three_conditions[0]}/rows/numeric.jsonl (52 rows)"


def test_what_only_one_states_is_missing_from_the_others(three_conditions: list[Path]) -> None:
    base, soft, _ = load_results(three_conditions).results
    trained = replace(soft, training={"method": "soft"}, settings={"limit": "5", "seed": "3"})
    rows = {row.name: row.values for row in provenance_rows(Collection((base, trained)))}
    assert rows["training: method"] == ("–", "soft")
    assert rows["limit"] == ("–", "5")
    assert rows["seed"] == ("11",)


def test_what_is_not_stated_is_said_to_be(three_conditions: list[Path]) -> None:
    _, soft, _ = load_results(three_conditions).results
    facts = facts_of(replace(soft, seed=None, command=None))
    assert (facts["seed"], facts["command"]) == ("not stated", "not stated")
    assert facts["training"] == "no run.yaml beside the adapter"
