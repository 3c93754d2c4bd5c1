from dataclasses import replace

from aleator.comparison.tables import (
    budget_table,
    family_table,
    markdown,
    measure_table,
    measure_tables,
    reading,
)
from tests.comparison.handmade import make_comparison, make_runs


def test_budgets_stand_beside_each_other() -> None:
    table = budget_table(make_comparison())
    assert [row[0] for row in table.rows] == [
        "soft",
        "hard, equal updates",
        "hard, equal forward tokens",
    ]
    assert table.rows[0][1:] == ("10", "1,012", "300", "2.00", "5")


def test_a_line_says_what_was_found() -> None:
    table = measure_table(make_comparison(), "updates", "unseen_parameters")
    assert table.columns[0] == "equal updates, unseen parameters (24 prompts)"
    cells = {row[0]: row[1:] for row in table.rows}
    soft, hard, difference, p, better = cells["Value TV"]
    assert soft.startswith("0.2") and hard.startswith("0.3") and " to " in soft
    assert difference.startswith("−0.1") and "-" not in difference
    assert p.endswith(")") and better == "soft"
    assert cells["Valid mass"][-1] == "hard"


def test_what_is_undefined_is_a_dash() -> None:
    runs = make_runs()
    for run in runs:
        for row in run.rows.values():
            row["w1_normalised"] = None
    table = measure_table(make_comparison(runs), "tokens", "held_out_families")
    row = next(row for row in table.rows if row[0].startswith("Normalised W1"))
    assert row[1:] == ("–", "–", "–", "– (–)", "–")


def test_families_are_counted_and_named() -> None:
    rows = family_table(make_comparison()).rows
    assert rows[0][0] == "equal updates, unseen parameters"
    assert rows[0][1] == "soft 2 (beta, gamma)" and rows[0][5] == "hard 2 (beta, gamma)"
    undecided = family_table(make_comparison(make_runs(gain=0.0))).rows
    assert undecided[0][1] == "undecided 2"


def test_markdown_is_made_of_whole_tables() -> None:
    comparison = make_comparison()
    text = markdown(comparison)
    blocks = text.strip().split("\n\n")
    assert len(measure_tables(comparison)) == 4 and len(blocks) == 1 + 4 + 1 + 1
    for block in blocks[:-1]:
        lines = block.split("\n")
        assert len({line.count("|") for line in lines}) == 1
        assert set(lines[1]) == set("|- ")
    assert text.endswith("did.\n") and "\n\n\n" not in text


def test_the_reading_names_seeds_prompts_and_limit() -> None:
    comparison = make_comparison()
    assert "3 training seeds (11, 12, 13) and 36 prompts in families" in reading(comparison)
    assert "(at most 5 a split)" in reading(replace(comparison, limit=5))
