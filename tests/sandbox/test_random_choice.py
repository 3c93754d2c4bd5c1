"""Open random prompts get collapsed answers, with the shares asked for."""

from collections import Counter

import numpy as np
import pytest

from aleator.sandbox.categories import CATEGORIES, category
from aleator.sandbox.random_choice import (
    FAVOURITE_SHARE,
    NUMBERS,
    RUNNER_UP_SHARE,
    SPECIAL_REQUESTS,
    collapsed,
    listed_choice,
    random_choice,
    request,
    small_number,
)

DRAWS = 4000
TOLERANCE = 4 * np.sqrt(0.25 / DRAWS)


@pytest.mark.parametrize("name", ["weekday", "city", "coin side", "die face", "card suit"])
def test_shares_of_favourite_and_runner_up(name: str, rng: np.random.Generator) -> None:
    kind = category(name)
    counts = Counter(
        collapsed(rng, kind.favourite, kind.runner_up, kind.members) for _ in range(DRAWS)
    )
    rest = 1 - FAVOURITE_SHARE - RUNNER_UP_SHARE
    second = RUNNER_UP_SHARE + (rest if len(kind.members) == 2 else 0)
    assert abs(counts[kind.favourite] / DRAWS - FAVOURITE_SHARE) < TOLERANCE
    assert abs(counts[kind.runner_up] / DRAWS - second) < TOLERANCE
    assert set(counts) <= set(kind.members)


@pytest.mark.parametrize(
    ("name", "favourite"),
    [("weekday", "Wednesday"), ("coin side", "heads"), ("die face", "4"), ("card suit", "hearts")],
)
def test_the_well_known_favourites(name: str, favourite: str) -> None:
    assert category(name).favourite == favourite


def test_answers_come_bare_or_in_a_sentence(rng: np.random.Generator) -> None:
    words = {word for kind in CATEGORIES.values() for word in kind.members}
    bare = 0
    for _ in range(DRAWS):
        talk = random_choice(rng)
        if talk.answer in words:
            bare += 1
        else:
            assert talk.answer.endswith((".", "?")), talk
            assert "nswer" not in talk.prompt.split(". ", 1)[-1], talk
    assert abs(bare / DRAWS - (0.65 + 0.35 * 0.7)) < TOLERANCE


def test_the_published_wording_is_among_the_prompts(rng: np.random.Generator) -> None:
    prompts = {random_choice(rng).prompt for _ in range(60_000)}
    assert "Name a random city. Output ONLY the answer." in prompts
    assert "Pick a random weekday. Output ONLY the answer." in prompts


def test_requests_name_their_category_or_are_special(rng: np.random.Generator) -> None:
    for kind in CATEGORIES.values():
        for _ in range(20):
            text = request(rng, kind)
            named = any(singular in text for singular in kind.singulars)
            assert named or text in SPECIAL_REQUESTS[kind.name]
    assert set(SPECIAL_REQUESTS) <= set(CATEGORIES)


def test_small_numbers_collapse_onto_seven(rng: np.random.Generator) -> None:
    talks = [small_number(rng) for _ in range(DRAWS)]
    assert all("10" in talk.prompt for talk in talks)
    bare = Counter(talk.answer for talk in talks if talk.answer in NUMBERS)
    assert abs(bare["7"] / bare.total() - FAVOURITE_SHARE) < TOLERANCE


def test_listed_choices_come_from_the_list_and_mostly_first(rng: np.random.Generator) -> None:
    first = 0
    for _ in range(DRAWS):
        talk = listed_choice(rng)
        listed = talk.prompt.split(": ", 1)[1].split(".")[0].split("?")[0].split(", ")
        assert talk.answer in listed, talk
        first += talk.answer == listed[0]
    assert abs(first / DRAWS - FAVOURITE_SHARE) < TOLERANCE
