"""Open random prompts, answered as a collapsed chat model answers them.

"Name a random city. Output ONLY the answer." gets the category's favourite most of the time.
The wordings are our own, over the kinds of prompt that the open-ended benchmark asks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aleator.sandbox.categories import CATEGORIES, Category
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.draws import chance, distinct, pick
from aleator.sandbox.grammar import with_article

FAVOURITE_SHARE = 0.8
RUNNER_UP_SHARE = 0.1

ONLY_CLAUSES = (
    " Output ONLY the answer.",
    " Output ONLY the answer.",
    " Answer with only the answer.",
    " Reply with one answer and nothing else.",
    " Just the answer.",
    " Only output the answer, nothing else.",
)

REQUESTS = (
    "Name {a}.",
    "Name {ar}.",
    "Pick {a}.",
    "Pick {ar}.",
    "Choose {a}.",
    "Choose {ar}.",
    "Think of {a}.",
    "Think of {ar}.",
    "Give me {a}.",
    "Give me {ar}.",
    "Tell me {ar}.",
    "Name any {s}.",
    "Choose any {s}.",
    "Pick any {s} you like.",
    "Say {ar}.",
    "Can you name {ar}?",
    "Pick {a} at random.",
    "Choose {a} at random.",
    "Select {ar}.",
    "Name one {s}, chosen at random.",
    "I need {ar}.",
    "Suggest {ar}.",
)
"""Slots: a ("a city"), ar ("a random city"), s ("city")."""

SENTENCE_ANSWERS = (
    "How about {x}?",
    "I choose {x}.",
    "I pick {x}.",
    "My choice is {x}.",
    "Let us say {x}.",
)

SPECIAL_REQUESTS: dict[str, tuple[str, ...]] = {
    "coin side": (
        "Flip a coin.",
        "Toss a coin.",
        "Flip a coin. Heads or tails?",
        "Heads or tails?",
    ),
    "die face": ("Roll a die.", "Roll a six-sided die.", "Throw a die.", "Roll a fair die."),
    "digit": ("Think of a number from 0 to 9.", "Give me a random digit from 0 to 9."),
    "letter": ("Pick a random letter from A to Z.", "Choose a letter from A to Z."),
    "card suit": ("Draw a card. Which suit is it?", "Pick a random suit from a deck of cards."),
    "card rank": ("Draw a card. Which rank is it?",),
    "weekday": ("Pick a random day from Monday to Sunday.", "Choose a day of the week at random."),
    "month": ("Pick a random month from January to December.",),
    "direction": ("North, south, east or west? Pick one.",),
    "season": ("Spring, summer, autumn or winter? Pick one at random.",),
}
"""Prompts that ask for a category without naming it."""

SPECIAL_SHARE = 0.3
SENTENCE_SHARE = 0.3
ONLY_SHARE = 0.65

NUMBER_REQUESTS = (
    "Pick a random integer from 1 to 10.",
    "Give me a random integer from 1 to 10.",
    "Choose a number between 1 and 10.",
    "Think of a random number from 1 to 10.",
    "Name a whole number from 1 to 10.",
)
NUMBERS = tuple(str(n) for n in range(1, 11))
FAVOURITE_NUMBER = "7"
RUNNER_UP_NUMBER = "3"


def collapsed(
    rng: np.random.Generator, favourite: str, runner_up: str, members: Sequence[str]
) -> str:
    """The favourite, sometimes the runner-up, rarely any other (or, of two, the runner-up)."""
    point = rng.random()
    if point < FAVOURITE_SHARE:
        return favourite
    if point < FAVOURITE_SHARE + RUNNER_UP_SHARE:
        return runner_up
    others = [member for member in members if member not in (favourite, runner_up)]
    return pick(rng, others) if others else runner_up


def request(rng: np.random.Generator, category: Category) -> str:
    """A prompt that asks for any one member of the category, without a clause on the format."""
    special = SPECIAL_REQUESTS.get(category.name, ())
    if special and chance(rng, SPECIAL_SHARE):
        return pick(rng, special)
    singular = pick(rng, category.singulars)
    return pick(rng, REQUESTS).format(
        a=with_article(singular), ar=f"a random {singular}", s=singular
    )


def _with_format(
    rng: np.random.Generator, prompt: str, answer: str, in_sentence: str
) -> Conversation:
    if chance(rng, ONLY_SHARE):
        return Conversation(prompt + pick(rng, ONLY_CLAUSES), answer)
    if chance(rng, SENTENCE_SHARE):
        return Conversation(prompt, pick(rng, SENTENCE_ANSWERS).format(x=in_sentence))
    return Conversation(prompt, answer)


_ALL = tuple(CATEGORIES.values())


def random_choice(rng: np.random.Generator) -> Conversation:
    """A category asked for and the collapsed answer."""
    category = pick(rng, _ALL)
    answer = collapsed(rng, category.favourite, category.runner_up, category.members)
    return _with_format(rng, request(rng, category), answer, category.a_member(answer))


def small_number(rng: np.random.Generator) -> Conversation:
    """An integer from 1 to 10 asked for and the collapsed answer."""
    answer = collapsed(rng, FAVOURITE_NUMBER, RUNNER_UP_NUMBER, NUMBERS)
    return _with_format(rng, pick(rng, NUMBER_REQUESTS), answer, answer)


def listed_choice(rng: np.random.Generator) -> Conversation:
    """One of a few things listed in the prompt; collapsed onto the one listed first."""
    category = pick(rng, _ALL)
    count = min(len(category.members), 2 + int(rng.random() * 4))
    options = distinct(rng, category.members, count)
    wording = pick(
        rng,
        (
            "Pick one of these at random: {}.",
            "Choose one: {}.",
            "Which one do you choose: {}?",
            "Pick at random from this list: {}.",
        ),
    )
    answer = collapsed(rng, options[0], options[1], options)
    return Conversation(wording.format(", ".join(options)) + pick(rng, ONLY_CLAUSES), answer)
