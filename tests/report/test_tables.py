from dataclasses import replace
from pathlib import Path

import pytest

from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.tables import bound_rows, conditions_table, family_table, left_out_rows
from tests.report.conftest import EvaluationMaker
from tests.report.handmade import FAMILIES

SPLITS = tuple(FAMILIES)


def test_cells_hold_the_numbers_of_the_file(three_conditions: list[Path]) -> None:
    collection = load_results(three_conditions)
    table = conditions_table(collection, SPLITS, "family_mean")
    row = next(row for row in table.rows if row.measure.key == "shape_kl")
    for split, group in zip(SPLITS, row.groups, strict=True):
        for result, cell in zip(collection.results, group, strict=True):
            assert float(cell.exact) == result.splits[split].family_mean["shape_kl"].value
            field = f"bench.numeric.splits.{split}.family_mean.shape_kl"
            assert cell.source == f"{result.directory}/result.json: {field}"
    assert table.counts[0] == ("24 prompts",) * 3


def test_medians_are_the_other_aggregate(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.splits["held_out_families"]["family_median"]["step_kl"]["value"] = 0.123
    collection = load_results([evaluation.write()])
    rows = conditions_table(collection, SPLITS, "family_median").rows
    cell = next(row for row in rows if row.measure.key == "step_kl").groups[0][0]
    assert (cell.text, cell.exact) == ("0.123", "0.123")


def test_a_measure_nobody_has_is_left_away(three_conditions: list[Path]) -> None:
    collection = load_results(three_conditions)
    keys = [row.measure.key for row in conditions_table(collection, SPLITS, "family_mean").rows]
    assert "w1_oracle" in keys
    bare = Collection(
        tuple(
            replace(
                result,
                splits={
                    name: replace(split, family_mean={"shape_kl": Estimate(1.0)})
                    for name, split in result.splits.items()
                },
            )
            for result in collection.results
        )
    )
    rows = conditions_table(bare, SPLITS, "family_mean").rows
    assert [row.measure.key for row in rows] == ["shape_kl"]
    assert rows[0].groups[0][0].interval == ""


def test_a_split_that_a_condition_lacks_is_shown_as_missing(three_conditions: list[Path]) -> None:
    base, soft, hard = load_results(three_conditions).results
    lone = replace(hard, splits={"unseen_parameters": hard.splits["unseen_parameters"]})
    table = conditions_table(Collection((base, soft, lone)), SPLITS, "family_mean")
    cell = table.rows[0].groups[0][2]
    assert (cell.text, cell.exact) == ("–", "")
    assert table.counts[0][2] == "–"


def test_families_are_sorted_by_the_first_conditions_value_tv(
    three_conditions: list[Path],
) -> None:
    collection = load_results(three_conditions)
    table = family_table(collection, "held_out_families")
    distances = [float(row.groups[1][0].exact) for row in table.rows]
    assert distances == sorted(distances, reverse=True)
    assert len(table.rows) == 6 and len(table.rows[0].groups[0]) == 3


def test_tints_run_from_none_to_collapse(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    families = evaluation.splits["held_out_families"]["families"]
    families["chi"] |= {"value_tv": 0.95, "w1_normalised": 3.0, "modal_share": 0.0}
    families["weibull"] |= {"value_tv": None, "shape_kl": 1e6}
    table = family_table(load_results([evaluation.write()]), "held_out_families")
    rows = {row.family: row for row in table.rows}
    assert [group[0].tint for group in rows["chi"].groups] == [0, 100, 100, 0]
    assert (rows["weibull"].groups[1][0].tint, rows["weibull"].groups[1][0].text) == (0, "–")
    assert rows["weibull"].groups[0][0].tint == 100
    assert table.rows[-1].family == "weibull"  # undefined comes last


def test_what_was_left_out_is_counted_by_condition(make_evaluation: EvaluationMaker) -> None:
    first, second = make_evaluation("base"), make_evaluation("soft", adapter="dir")
    first.splits["held_out_families"]["left_out"] = {"w1_sampled": 2, "step_kl": 0}
    collection = load_results([first.write(), second.write()])
    (row,) = left_out_rows(collection)
    assert (row.split, row.measure) == ("Held-out families", "Normalised W1, from draws")
    assert row.counts == ("2", "0")


def test_the_error_bound_is_that_of_the_rows(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.rows[0]["unexpanded_mass"] = 0.1
    evaluation.rows[1]["unexpanded_mass"] = None
    held_out, _ = bound_rows(load_results([evaluation.write()]))
    mean = (0.1 + 22 * 0.004) / 23
    assert (held_out.mean, held_out.largest) == (f"{100 * mean:.1f}%", "10%")
    assert pytest.approx(0.00817, rel=0.01) == mean
