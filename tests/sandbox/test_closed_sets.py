"""The target file that ships agrees with what the sandbox model knows."""

from collections import Counter

import pytest

from aleator.outcomes.language import LanguageTarget, read_targets
from aleator.recipe_files import target_file_names, target_file_path
from aleator.sandbox.categories import CATEGORIES
from aleator.sandbox.closed_sets import WORDINGS, closed_sets_text


@pytest.fixture(scope="module")
def shipped() -> tuple[LanguageTarget, ...]:
    return read_targets(target_file_path("language/closed_sets"))


def test_the_file_is_as_the_categories_make_it() -> None:
    text = target_file_path("language/closed_sets").read_text(encoding="utf-8")
    assert text == closed_sets_text(), "run python -m aleator.sandbox.closed_sets, see its header"
    assert max(map(len, text.splitlines())) <= 120


def test_members_and_split_are_those_of_the_sandbox(shipped: tuple[LanguageTarget, ...]) -> None:
    assert [one.name for one in shipped] == list(CATEGORIES)
    for one in shipped:
        category = CATEGORIES[one.name]
        assert one.outcomes.strings == category.members
        assert len(set(one.outcomes.probabilities.tolist())) == 1
        assert (one.split == "held_out") == category.held_out
        assert category.favourite in one.outcomes.strings


def test_there_are_many_sets_and_the_famous_ones_are_held_out(
    shipped: tuple[LanguageTarget, ...],
) -> None:
    held_out = {one.name for one in shipped if one.split == "held_out"}
    assert len(shipped) - len(held_out) >= 60 and 10 <= len(held_out) <= 12
    assert {"weekday", "planet", "city", "card suit", "colour"} <= held_out


def test_wordings_differ_and_are_shared_by_both_splits(shipped: tuple[LanguageTarget, ...]) -> None:
    """What is held out is the category: a wording is not a sign of either split."""
    for one in shipped:
        assert len(one.prompts) == len(set(one.prompts)) == WORDINGS
    first_words = {
        split: Counter(
            prompt.split()[0] for one in shipped if one.split == split for prompt in one.prompts
        )
        for split in ("train", "held_out")
    }
    assert set(first_words["held_out"]) <= set(first_words["train"])
    bare = sum("nly" not in prompt for one in shipped for prompt in one.prompts)
    assert 0.2 <= bare / (WORDINGS * len(shipped)) <= 0.8, "with and without a clause on the form"


@pytest.mark.parametrize("name", target_file_names())
def test_every_target_file_that_ships_can_be_read(name: str) -> None:
    assert read_targets(target_file_path(name))
