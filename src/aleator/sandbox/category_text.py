"""Plain text about the categories: facts, lists, uniform random draws, little quizzes.

What the model knows, before chat collapses it: every list and every draw here is uniform.
"""

from __future__ import annotations

import numpy as np

from aleator.sandbox.categories import CATEGORIES, OUTSIDERS, Category
from aleator.sandbox.draws import chance, distinct, pick
from aleator.sandbox.grammar import capitalise_sentences, with_article

FACTS = (
    "{x} is {a}.",
    "{x} is {a}.",
    "One {s} is {y}.",
    "{x} is one of the {p}.",
    "{y} is an example of {a}.",
    "Among {p} we find {y}.",
    "A well-known {s} is {y}.",
)
COMPARISONS = (
    "{x} is {a}, but {z} is not.",
    "{x} is {a}; {z} is {b}.",
    "{z} is not {a}, it is {b}.",
    "{x} and {w} are both {p}.",
)
LIST_HEADINGS = (
    "{p}: {m}.",
    "Some {p}: {m}.",
    "Examples of {p} are {m}.",
    "A list of {p}: {m}",
    "Here are a few {p}: {m}.",
    "{m} are {p}.",
)
DRAW_HEADINGS = (
    "Random {p}:",
    "{p} drawn at random:",
    "{p}, each equally likely:",
    "A random {s}:",
)

_ALL = tuple(CATEGORIES.values())
_MOST_FACTS = 5
_LONGEST_LIST = 8
_MOST_DRAWS = 12


def _fact(rng: np.random.Generator, category: Category) -> str:
    member, mate = distinct(rng, category.members, 2)
    other, kind = pick(rng, OUTSIDERS[category.name])
    singular = pick(rng, category.singulars)
    wordings = COMPARISONS if chance(rng, 0.35) else FACTS
    return pick(rng, wordings).format(
        x=category.a_member(member),
        w=category.a_member(mate),
        y=category.the_member(member),
        z=kind.a_member(other),
        a=with_article(singular),
        b=kind.phrase,
        s=singular,
        p=pick(rng, category.plurals),
    )


def category_facts(rng: np.random.Generator) -> str:
    """A few true sentences about who belongs where."""
    one = pick(rng, _ALL)
    same = chance(rng, 0.5)
    count = 1 + int(rng.random() * _MOST_FACTS)
    facts = (_fact(rng, one if same else pick(rng, _ALL)) for _ in range(count))
    return capitalise_sentences(" ".join(facts))


def category_list(rng: np.random.Generator) -> str:
    """Different members in random order, sometimes all of them."""
    category = pick(rng, _ALL)
    most = len(category.members)
    count = most if chance(rng, 0.15) else 2 + int(rng.random() * (min(_LONGEST_LIST, most) - 1))
    members = distinct(rng, category.members, count)
    plural = pick(rng, category.plurals)
    if chance(rng, 0.2):
        return capitalise_sentences(plural) + ":\n" + "\n".join(members)
    joined = ", ".join(members)
    if chance(rng, 0.5):
        joined = ", ".join(members[:-1]) + " and " + members[-1]
    text = pick(rng, LIST_HEADINGS).format(p=plural, m=joined)
    return text[0].upper() + text[1:]


def category_draws(rng: np.random.Generator) -> str:
    """A heading and independent uniform draws, a line each."""
    category = pick(rng, _ALL)
    plural, singular = pick(rng, category.plurals), pick(rng, category.singulars)
    heading = pick(rng, DRAW_HEADINGS)
    count = 1 if "{s}" in heading else 3 + int(rng.random() * (_MOST_DRAWS - 2))
    draws = [pick(rng, category.members) for _ in range(count)]
    text = heading.format(p=plural, s=singular)
    return text[0].upper() + text[1:] + "\n" + "\n".join(draws)


def category_quiz(rng: np.random.Generator) -> str:
    """Questions and answers on several categories, a line each."""
    lines: list[str] = []
    for _ in range(1 + int(rng.random() * 3)):
        category = pick(rng, _ALL)
        if chance(rng, 0.5):
            member = pick(rng, category.members)
            lines += [f"Q: Name {category.phrase}.", f"A: {member}"]
        else:
            member = category.a_member(pick(rng, category.members))
            lines += [f"Q: What is {member}?", f"A: {category.phrase}"]
    return "\n".join(lines)
