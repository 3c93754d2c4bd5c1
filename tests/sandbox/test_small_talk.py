"""Small talk: copies are exact, lists are read right, stories are about whom one asks."""

import re

import numpy as np

from aleator.sandbox.conversation import Conversation
from aleator.sandbox.small_talk import (
    SYSTEM_MESSAGES,
    SYSTEM_SHARE,
    copying,
    description,
    first_or_last,
    greeting,
    plain_question,
    repeated_word,
    story,
    with_system,
)


def test_copies_are_exact(rng: np.random.Generator) -> None:
    numbers = 0
    for _ in range(2000):
        talk = copying(rng)
        assert talk.answer in talk.prompt
        numbers += bool(re.fullmatch(r"-?\d+(\.\d+)?", talk.answer))
        assert not re.fullmatch(r"-0(\.0+)?", talk.answer)
    assert numbers > 400


def test_repeated_words_are_repeated(rng: np.random.Generator) -> None:
    counts = {"twice": 2, "three times": 3, "four times": 4}
    for _ in range(300):
        talk = repeated_word(rng)
        found = re.fullmatch(r"Write the word (.+) (twice|three times|four times)\.", talk.prompt)
        assert found
        assert talk.answer == " ".join([found[1]] * counts[found[2]])


def test_first_and_last_words_are_right(rng: np.random.Generator) -> None:
    for _ in range(500):
        talk = first_or_last(rng)
        words = talk.prompt.split(": ")[1].removesuffix("?").split(", ")
        assert talk.answer == (words[0] if " first " in talk.prompt else words[-1])


def test_a_story_is_about_whom_one_asks(rng: np.random.Generator) -> None:
    for _ in range(500):
        talk = story(rng)
        found = re.search(r"about (\w+)\.", talk.prompt)
        if found:
            assert found[1] in talk.answer


def test_other_talk_has_prompt_and_answer(rng: np.random.Generator) -> None:
    for talker in (greeting, plain_question, description):
        for _ in range(200):
            talk = talker(rng)
            assert talk.prompt.strip() == talk.prompt != ""
            assert talk.answer.strip() == talk.answer != ""


def test_system_messages_come_in_their_share_and_change_nothing_else(
    rng: np.random.Generator,
) -> None:
    plain = Conversation("p", "a")
    talks = [with_system(rng, plain) for _ in range(4000)]
    given = [talk for talk in talks if talk.system is not None]
    assert abs(len(given) / 4000 - SYSTEM_SHARE) < 0.02
    assert {talk.system for talk in given} == set(SYSTEM_MESSAGES)
    assert {(talk.prompt, talk.answer) for talk in talks} == {("p", "a")}
