"""Which prompt is visited when."""

from collections import Counter

import pytest

from aleator.distributions.grids import split_distributions
from aleator.errors import RecipeError
from aleator.outcomes.lattice import NumericTarget
from aleator.training.prompts import Visits, chosen_distributions, make_target, make_visits
from aleator.training.recipe import (
    DrawSupervision,
    PublishedData,
    Recipe,
    TreeSupervision,
    WideData,
)
from aleator.training.thinned import ThinnedTarget

HELD_OUT = PublishedData(split="held_out_families")


def _soft(data: PublishedData, seed: int = 11) -> Recipe:
    return Recipe(method="soft", supervision=TreeSupervision(), data=data, epochs=2, seed=seed)


def _epoch(visits: Visits, epoch: int) -> list[str]:
    visits.set_epoch(epoch)
    return [visits[index].prompt for index in range(len(visits))]


def test_an_epoch_is_every_prompt_once_in_an_order_of_its_own() -> None:
    visits = make_visits(_soft(HELD_OUT))
    first, second = _epoch(visits, 0), _epoch(visits, 1)
    grid = [one.prompt() for one in split_distributions("held_out_families")]
    assert sorted(first) == sorted(second) == sorted(grid)
    assert first != second and first != grid
    assert _epoch(make_visits(_soft(HELD_OUT, seed=12)), 0) != first


def test_a_visit_does_not_depend_on_what_was_visited_before() -> None:
    walked = make_visits(_soft(HELD_OUT))
    prompts = _epoch(walked, 0) + _epoch(walked, 1)
    jumped = make_visits(_soft(HELD_OUT))
    jumped.set_epoch(1)
    visit = jumped[5]
    assert visit.number == len(jumped) + 5
    assert visit.prompt == prompts[visit.number]


def test_draws_that_are_not_packed_are_visits_of_their_own() -> None:
    supervision = DrawSupervision(draws=3, packed=False)
    recipe = Recipe(method="hard", supervision=supervision, data=HELD_OUT, epochs=1)
    counts = Counter(_epoch(make_visits(recipe), 0))
    assert set(counts.values()) == {3}
    assert len(counts) == len(split_distributions("held_out_families"))


def test_families_are_chosen_from_the_split() -> None:
    data = PublishedData(split="held_out_families", families=("chi", "bernoulli"))
    names = {one.family.name for one in chosen_distributions(data)}
    assert names == {"chi", "bernoulli"}
    with pytest.raises(RecipeError, match="gaussian not in the split 'held_out_families', which"):
        chosen_distributions(PublishedData(split="held_out_families", families=("gaussian",)))


def test_wide_visits_are_fresh_and_depend_on_their_number_alone() -> None:
    recipe = Recipe(
        method="soft",
        supervision=TreeSupervision(),
        data=WideData(families=("gaussian", "poisson")),
        max_steps=10,
        batch_size=4,
    )
    visits = make_visits(recipe)
    prompts = [visits[index].prompt for index in range(40)]
    assert len(visits) == 40
    assert len(set(prompts)) >= 35  # rounded parameters may come again
    assert make_visits(recipe)[17].prompt == prompts[17]
    gaussian = sum("Gaussian" in prompt for prompt in prompts)
    assert sum("Poisson" in prompt for prompt in prompts) == 40 - gaussian
    assert 10 <= gaussian <= 30  # 20 expected, standard deviation 3.2


def test_targets_are_thinned_only_where_a_limit_is_set() -> None:
    chi = next(one for one in split_distributions("held_out_families") if one.family.name == "chi")
    full = make_target(chi, PublishedData(decimals=3))
    assert isinstance(full, NumericTarget) and full.decimals == 3
    thinned = make_target(chi, PublishedData(decimals=3, max_bins=11))
    assert isinstance(thinned, ThinnedTarget) and len(thinned.outcomes().strings) == 11
