from dataclasses import replace
from pathlib import Path

from aleator.report.load import load_results
from aleator.report.panels import choose_panels
from aleator.report.results import Collection
from tests.report.handmade import FAMILIES


def test_held_out_families_come_first_then_the_others_fill_up(three_conditions: list[Path]) -> None:
    panels = choose_panels(load_results(three_conditions))
    families = [panel.prompt.family for panel in panels]
    assert families[:6] == sorted(FAMILIES["held_out_families"])
    assert families[6:] == sorted(families[6:]) and set(families[6:]) <= {
        *FAMILIES["unseen_parameters"]
    }
    assert len(panels) == 12


def test_a_panel_holds_the_same_prompt_of_every_condition(three_conditions: list[Path]) -> None:
    collection = load_results(three_conditions)
    for panel in choose_panels(collection):
        assert len(panel.rows) == 3
        assert len({row.key for row in panel.rows}) == 1
        assert all(row.curve is not None for row in panel.rows)


def test_a_prompt_without_a_curve_in_one_condition_is_not_drawn(
    three_conditions: list[Path],
) -> None:
    base, soft, hard = load_results(three_conditions).results
    rows = tuple(replace(row, curve=None) if row.family == "chi" else row for row in hard.rows)
    panels = choose_panels(Collection((base, soft, replace(hard, rows=rows))))
    assert "chi" not in [panel.prompt.family for panel in panels]
    assert "maxwell" in [panel.prompt.family for panel in panels]


def test_the_choice_does_not_look_at_the_figures(three_conditions: list[Path]) -> None:
    collection = load_results(three_conditions)
    blind = Collection(
        tuple(
            replace(result, rows=tuple(replace(row, metrics={}) for row in result.rows))
            for result in collection.results
        )
    )
    chosen, again = ([panel.prompt.key for panel in choose_panels(c)] for c in (collection, blind))
    assert chosen == again


def test_fewer_are_chosen_where_fewer_are_asked_for(three_conditions: list[Path]) -> None:
    panels = choose_panels(load_results(three_conditions), count=4)
    assert [panel.prompt.family for panel in panels] == ["bernoulli", "chi", "poisson", "truncnorm"]
