from aleator.report.left_out import LeftOutRow, count_rows, partly


def test_counts_are_told_by_condition() -> None:
    rows = count_rows("Held out", [{"tv": 2, "kl": 0}, None, {}], {"tv": "Total variation"})
    assert rows == [LeftOutRow("Held out", "Total variation", ("2", "–", "0"))]
    assert count_rows("Held out", [{"new": 1}], {})[0].measure == "new"


def test_what_nobody_measured_is_not_left_out() -> None:
    counts = partly({"tv": 10, "kl": 3}, 10)
    assert counts == {"tv": None, "kl": 3}
    assert count_rows("Held out", [counts], {}) == [LeftOutRow("Held out", "kl", ("3",))]


def test_a_figure_that_all_prompts_of_a_condition_lack_is_not_shown_as_none() -> None:
    (row,) = count_rows("Held out", [{"tv": 7}, {"tv": None}, {}], {})
    assert row.counts == ("7", "all", "0")
