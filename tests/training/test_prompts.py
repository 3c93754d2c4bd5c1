"""Which prompt is visited when."""

from collections import Counter
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from aleator.distributions.grids import split_distributions
from aleator.errors import RecipeError
from aleator.outcomes.language import LanguageTarget
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.training.prompts import Visits, chosen_distributions, make_target, make_visits
from aleator.training.recipe import (
    DrawSupervision,
    PublishedData,
    Recipe,
    TreeSupervision,
    WideData,
)
from aleator.training.target_files import TargetFile
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


def _set(name: str, wordings: int, split: Literal["train", "held_out"]) -> LanguageTarget:
    prompts = tuple(f"{name} {number}" for number in range(wordings))
    outcomes = Outcomes((f"{name} a", f"{name} b"), np.array([0.5, 0.5]))
    return LanguageTarget(name, prompts, outcomes, f"system of {name}", split)


MINE = TargetFile(
    "mine", "", (_set("coin", 3, "train"), _set("suit", 4, "held_out"), _set("die", 2, "train"))
)
YOURS = TargetFile("yours", "", (_set("planet", 5, "train"),))


def _words(seed: int = 11, **changes: object) -> Recipe:
    recipe = Recipe(
        method="soft",
        supervision=TreeSupervision(),
        data=HELD_OUT,
        targets=("mine.yaml", "yours.yaml"),
        epochs=2,
        seed=seed,
    )
    return replace(recipe, **changes)


def test_target_files_alone_are_every_wording_of_every_training_set_once_an_epoch() -> None:
    visits = make_visits(_words(), [MINE, YOURS])
    first, second = _epoch(visits, 0), _epoch(visits, 1)
    counts = Counter(prompt.split()[0] for prompt in first)
    assert counts == {"coin": 3, "die": 2, "planet": 5}
    assert len(set(first)) == 10 and sorted(first) == sorted(second) and first != second
    assert _epoch(make_visits(_words(seed=12), [MINE, YOURS]), 0) != first
    visit = visits[3]
    name = visit.prompt.split()[0]
    assert isinstance(visit.target, Outcomes)
    assert visit.target.strings == (f"{name} a", f"{name} b")
    assert visit.system == f"system of {name}"


def test_draws_of_words_that_are_not_packed_are_visits_of_their_own() -> None:
    supervision = DrawSupervision(draws=3, packed=False)
    recipe = _words(method="hard", supervision=supervision)
    assert set(Counter(_epoch(make_visits(recipe, [MINE, YOURS]), 0)).values()) == {3}


MIX = {"numeric": 0.5, "mine": 0.3, "yours": 0.2}


@pytest.mark.parametrize("data", [HELD_OUT, WideData()])
def test_a_mix_gives_every_source_its_share(data: PublishedData | WideData) -> None:
    """Exactly, for turns are not drawn; and every source goes through epochs of its own."""
    recipe = _words(data=data, mix=MIX, epochs=None, max_steps=50, batch_size=8)
    visits = make_visits(recipe, [MINE, YOURS])
    prompts = _epoch(visits, 0)
    words = [prompt for prompt in prompts if len(prompt.split()) == 2]
    kinds = Counter(prompt.split()[0] for prompt in words)
    assert len(prompts) == 400
    assert kinds["coin"] + kinds["die"] == 120 and kinds["planet"] == 80
    counts = Counter(words)
    assert {counts[f"planet {place}"] for place in range(5)} == {16}
    assert {counts[f"coin {place}"] for place in range(3)} == {24}
    for start in range(0, 400, 40):  # a batch holds what the mix says
        batch = prompts[start : start + 40]
        assert abs(sum(len(prompt.split()) == 2 for prompt in batch) - 20) <= 2
    assert {visits[place].system is None for place in range(400)} == {True, False}


def test_held_out_sets_are_never_visited() -> None:
    for mix, steps in ((MIX, 100), ({}, None)):
        limits = {"epochs": None, "max_steps": steps} if steps else {}
        visits = make_visits(_words(mix=mix, **limits), [MINE, YOURS])
        for epoch in range(3):
            assert not [prompt for prompt in _epoch(visits, epoch) if "suit" in prompt]


def test_a_visit_in_a_mix_does_not_depend_on_what_was_visited_before() -> None:
    recipe = _words(mix=MIX, epochs=None, max_steps=20)
    walked = _epoch(make_visits(recipe, [MINE, YOURS]), 0)
    jumped = make_visits(recipe, [MINE, YOURS])
    assert [jumped[place].prompt for place in (613, 5, 614)] == [
        walked[place] for place in (613, 5, 614)
    ]
    alone = make_visits(replace(recipe, targets=(), mix={}))
    numeric = [prompt for prompt in walked if len(prompt.split()) > 2]
    assert numeric[:92] == _epoch(alone, 0)[:92], "the mix leaves the numeric order alone"


def test_files_have_orders_of_their_own() -> None:
    twin = replace(YOURS, name="mine")
    recipe = _words(mix={"mine": 1.0, "yours": 1.0}, epochs=None, max_steps=5, batch_size=4)
    prompts = _epoch(make_visits(recipe, [twin, YOURS]), 0)
    assert prompts[::2] != prompts[1::2]


def test_the_files_are_those_of_the_recipe() -> None:
    with pytest.raises(ValueError, match="names 2 target files, not 1"):
        make_visits(_words(), [MINE])
