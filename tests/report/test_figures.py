from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from aleator.report.comparisons import goal_lines
from aleator.report.figures import cdf_figure, goals_figure, line_of, step_corners, view
from aleator.report.load import load_results
from aleator.report.results import Collection, Curve

POINTS = Curve((0.0, 1.0, 2.0), (0.25, 0.75, 1.0), (0.0, 1.0, 1.0))


def _texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter("text")]


def test_corners_of_a_step_function() -> None:
    corners = step_corners(POINTS.values, POINTS.target, -0.5, 2.5)
    assert list(zip(*corners, strict=True)) == [
        (-0.5, 0.0),
        (0.0, 0.0),
        (0.0, 0.25),
        (1.0, 0.25),
        (1.0, 0.75),
        (2.0, 0.75),
        (2.0, 1.0),
        (2.5, 1.0),
    ]


def test_mass_left_of_the_view_enters_above_zero_and_right_of_it_is_not_drawn() -> None:
    xs, ys = step_corners(POINTS.values, POINTS.target, 0.5, 1.5)
    assert (xs[0], ys[0]) == (0.5, 0.25)
    assert (xs[-1], ys[-1]) == (1.5, 0.75)


def test_a_step_that_adds_nothing_has_no_corner() -> None:
    xs, ys = step_corners((0.0, 1.0, 2.0), (0.5, 0.5, 1.0), -1.0, 3.0)
    assert (xs, ys) == ([-1.0, 0.0, 0.0, 2.0, 2.0, 3.0], [0.0, 0.0, 0.5, 0.5, 1.0, 1.0])


def test_points_of_a_smooth_target_are_joined_atoms_are_steps() -> None:
    values = tuple(n / 50 for n in range(51))
    jump = tuple(0.0 if v < 0.5 else 1.0 for v in values)
    smooth, atoms = Curve(values, values, jump), Curve((0.0, 1.0), (0.5, 1.0), (0.0, 1.0))
    assert line_of(smooth, smooth.model, -1.0, 2.0) == (list(values), list(jump))
    assert line_of(atoms, atoms.target, -0.5, 1.5) == step_corners(
        atoms.values, atoms.target, -0.5, 1.5
    )


def test_the_view_is_the_targets_central_part_whatever_the_model_does() -> None:
    values = tuple(float(v) for v in range(1001))
    target = tuple(min(1.0, (v + 1) / 1001) for v in values)
    left, right = view(Curve(values, target, (1.0,) * 1001))
    assert -60 < left < 5 and 990 < right < 1060


def test_a_target_of_one_value_still_has_a_view() -> None:
    left, right = view(Curve((3.0,), (1.0,), (1.0,)))
    assert left < 3.0 < right


def test_a_cdf_is_drawn_for_conditions_that_have_one() -> None:
    drawn = cdf_figure([None, POINTS, None], prefix="a", label="chi <df>")
    assert "var(--series-1)" in drawn and "var(--target)" in drawn
    assert "var(--series-0)" not in drawn and "var(--series-2)" not in drawn
    assert ElementTree.fromstring(drawn).attrib["aria-label"] == "chi <df>"


def test_every_goal_and_condition_has_its_line(three_conditions: list[Path]) -> None:
    collection = load_results(three_conditions)
    labels = [result.label for result in collection.results]
    drawn = goals_figure(goal_lines(collection), labels, prefix="goals")
    texts = _texts(drawn)
    assert texts.count("soft") == texts.count("hard") == 5
    assert texts.count("goal 1/2") == 2
    assert "Shape KL, held-out families" in texts
    assert "goal 1/5" in ElementTree.fromstring(drawn).attrib["aria-label"]


def test_what_was_not_measured_says_so(three_conditions: list[Path]) -> None:
    base, soft, _ = load_results(three_conditions).results
    empty = Collection((base, replace(soft, rows=())))
    drawn = goals_figure(goal_lines(empty), ["base", "soft"], prefix="goals")
    assert _texts(drawn).count("not measured") == 5


@pytest.mark.parametrize("ratio", [0.0, 1e-9])
def test_a_ratio_near_nothing_can_be_drawn(three_conditions: list[Path], ratio: float) -> None:
    collection = load_results(three_conditions)
    base, soft, _ = collection.results
    rows = tuple(
        replace(row, metrics={name: ratio * (value or 0) for name, value in row.metrics.items()})
        for row in soft.rows
    )
    perfect = Collection((base, replace(soft, rows=rows)))
    assert "soft" in _texts(goals_figure(goal_lines(perfect), ["base", "soft"], prefix="g"))
