"""Plain text about categories is true, and its lists and draws are uniform."""

import re
from collections import Counter

import numpy as np
from scipy import stats

from aleator.sandbox.categories import CATEGORIES, category
from aleator.sandbox.category_text import (
    category_draws,
    category_facts,
    category_list,
    category_quiz,
)
from aleator.sandbox.grammar import with_article

DRAWS = 2000


def _is_a(subject: str, phrase: str) -> bool:
    """Whether some category of that phrase has the subject, with or without its article."""
    kinds = [kind for kind in CATEGORIES.values() if phrase in map(with_article, kind.singulars)]
    assert kinds, phrase
    subject = subject[0].lower() + subject[1:]
    return any(
        kind.a_member(word)[0].lower() + kind.a_member(word)[1:] == subject
        for kind in kinds
        for word in kind.members
    )


def test_simple_facts_are_true(rng: np.random.Generator) -> None:
    checked = 0
    for _ in range(DRAWS):
        for sentence in category_facts(rng).split(". "):
            found = re.fullmatch(r"((?:[\w'-]+ ?){1,3}?) is (an? [\w ]+?)\.?", sentence)
            if found and " example of " not in sentence:
                checked += 1
                assert _is_a(found[1], found[2]), sentence
    assert checked > DRAWS / 4


def test_denials_are_true(rng: np.random.Generator) -> None:
    checked = 0
    for _ in range(DRAWS):
        for sentence in category_facts(rng).split(". "):
            found = re.fullmatch(r"(.+) is not (an? .+), it is (an? .+?)\.?", sentence)
            if found:
                checked += 1
                assert not _is_a(found[1], found[2]), sentence
                assert _is_a(found[1], found[3]), sentence
    assert checked > DRAWS / 10


def test_lists_hold_only_members(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        text = category_list(rng)
        body = text.split(":", 1)[1].strip() if ":" in text else text
        body = re.sub(r"^Examples of [\w ]+ are | are [\w ]+\.$|\.$", "", body)
        words = re.split(r", | and |\n", body)
        assert len(set(words)) == len(words)
        assert any(
            {word.casefold() for word in words} <= {member.casefold() for member in kind.members}
            for kind in CATEGORIES.values()
        ), text


def test_draws_are_uniform_and_independent(rng: np.random.Generator) -> None:
    counts: Counter[str] = Counter()
    repeats = pairs = 0
    for _ in range(40_000):
        heading, *draws = category_draws(rng).split("\n")
        if "eason" in heading:
            counts.update(draws)
            repeats += sum(a == b for a, b in zip(draws[:-1], draws[1:], strict=True))
            pairs += len(draws) - 1
    assert set(counts) == set(category("season").members)
    assert stats.chisquare(list(counts.values())).pvalue > 0.001
    assert abs(repeats / pairs - 0.25) < 4 * np.sqrt(0.1875 / pairs)


def test_quiz_answers_are_true(rng: np.random.Generator) -> None:
    for _ in range(DRAWS):
        lines = category_quiz(rng).split("\n")
        for asked, answered in zip(lines[::2], lines[1::2], strict=True):
            answer = answered.removeprefix("A: ")
            if asked.startswith("Q: Name "):
                phrase = asked.removeprefix("Q: Name ").removesuffix(".")
                kinds = [kind for kind in CATEGORIES.values() if kind.phrase == phrase]
                assert answer in kinds[0].members
            else:
                subject = asked.removeprefix("Q: What is ").removesuffix("?")
                assert _is_a(subject, answer), (asked, answered)
