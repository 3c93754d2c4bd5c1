"""Prose is well formed and varied."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from aleator.sandbox.categories import category
from aleator.sandbox.prose import MEN, WOMEN, describe, prose, short_story

_CONSONANT_AFTER_AN = re.compile(r"\b[Aa]n (?!hour|honest|8)[b-df-hj-np-tv-z]")
_VOWEL_AFTER_A = re.compile(r"\b[Aa] (?!uni|one|eu)[aeio]")
_LOWER_START = re.compile(r"(?:^|\n|[a-z][.!?] )[a-z]")


@pytest.mark.parametrize("write", [prose, short_story, describe])
def test_text_is_well_formed(
    write: Callable[[np.random.Generator], str], rng: np.random.Generator
) -> None:
    for _ in range(3000):
        text = write(rng)
        assert text == text.strip()
        assert not re.search(r"[{}]|  |\.\.| [.,]|,,", text), text
        assert not _CONSONANT_AFTER_AN.search(text), text
        assert not _VOWEL_AFTER_A.search(text), text
        assert not _LOWER_START.search(text), text
        assert text.count('"') % 2 == 0, text
        assert text.isascii()


def test_prose_is_varied(rng: np.random.Generator) -> None:
    texts = [prose(rng) for _ in range(2000)]
    assert len(set(texts)) > 1950
    assert 1.2 < np.mean([text.count("\n\n") + 1 for text in texts]) < 1.7


def test_a_short_story_has_two_or_three_sentences(rng: np.random.Generator) -> None:
    assert {len(re.findall(r"[.!?](?: |$)", short_story(rng))) for _ in range(500)} <= {2, 3}


@pytest.mark.parametrize(
    ("name", "pronoun", "other"), [("Anna", "she", "he"), ("Tom", "he", "she")]
)
def test_the_hero_keeps_name_and_pronoun(
    name: str, pronoun: str, other: str, rng: np.random.Generator
) -> None:
    for _ in range(300):
        text = short_story(rng, name)
        assert name in text
        words = set(re.findall(r"\w+", text.lower()))
        assert other not in words, text
        assert {"she", "he"} & words <= {pronoun}


def test_names_are_known_first_names() -> None:
    assert set(WOMEN) | set(MEN) == set(category("first name").members)
    assert not set(WOMEN) & set(MEN)
