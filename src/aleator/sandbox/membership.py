"""Chat that uses the categories truthfully: lists, examples, yes or no, odd ones out.

The counterpart of `random_choice`: the same categories, but with varied and true answers. Lists
are uniform over members and their order, so that chat, too, knows who belongs.
"""

from __future__ import annotations

import numpy as np

from aleator.sandbox.categories import CATEGORIES, OUTSIDERS, Category
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.draws import chance, distinct, pick
from aleator.sandbox.grammar import with_article

NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")

LIST_REQUESTS = (
    "List {n} {p}.",
    "Name {n} {p}.",
    "Give me {n} {p}.",
    "Write down {n} different {p}.",
    "Give {n} examples of {p}.",
    "Tell me {n} {p}.",
    "Can you list {n} {p}?",
    "I need a list of {n} {p}.",
)
LINE_CLAUSES = (" One per line.", " Put each on its own line.")
COMMA_CLAUSES = ("", "", " Separate them with commas.")

EXCEPT_REQUESTS = (
    "Name {a} other than {x}.",
    "Name {a} that is not {x}.",
    "Give me {a}, but not {x}.",
    "Which {s} could I use instead of {x}?",
    "Name {a} besides {x}.",
    "I know {x}. Name another {s}.",
)
TRUE_QUESTIONS = (
    "Is {x} {a}?",
    "Is {x} {a}? Answer yes or no.",
    "Yes or no: is {x} {a}?",
    "True or not: {x} is {a}.",
)
KIND_QUESTIONS = (
    "What kind of thing is {x}?",
    "What is {x}?",
    "{x}: what is that?",
    "To which category does {x} belong?",
)
WHICH_QUESTIONS = (
    "Which of these is {a}: {o}?",
    "Which one is {a}: {o}?",
    "One of these is {a}: {o}. Which one?",
    "Find the {s} in this list: {o}.",
)
ODD_QUESTIONS = (
    "Which one does not belong: {o}?",
    "Find the odd one out: {o}.",
    "Which of these is not {a}: {o}?",
)
MORE_QUESTIONS = (
    "Continue the list of {p}: {o},",
    "Add one more to this list of {p}: {o}.",
    "{o}. Name one more {s}.",
)

_ALL = tuple(CATEGORIES.values())
_LARGER = tuple(category for category in _ALL if len(category.members) >= 3)
_LONGEST_LIST = 6


def _phrase(rng: np.random.Generator, category: Category) -> tuple[str, str]:
    """Singular with and without article."""
    singular = pick(rng, category.singulars)
    return with_article(singular), singular


def listing(rng: np.random.Generator) -> Conversation:
    """Some members asked for, different ones in random order."""
    category = pick(rng, _ALL)
    count = 2 + int(rng.random() * (min(_LONGEST_LIST, len(category.members)) - 1))
    members = distinct(rng, category.members, count)
    number = NUMBER_WORDS[count] if chance(rng, 0.7) else str(count)
    prompt = pick(rng, LIST_REQUESTS).format(n=number, p=pick(rng, category.plurals))
    if chance(rng, 0.3):
        return Conversation(prompt + pick(rng, LINE_CLAUSES), "\n".join(members))
    return Conversation(prompt + pick(rng, COMMA_CLAUSES), ", ".join(members))


def another(rng: np.random.Generator) -> Conversation:
    """A member other than the one named, uniform over the rest."""
    category = pick(rng, _ALL)
    known, other = distinct(rng, category.members, 2)
    a, singular = _phrase(rng, category)
    return Conversation(pick(rng, EXCEPT_REQUESTS).format(a=a, s=singular, x=known), other)


def one_more(rng: np.random.Generator) -> Conversation:
    """A list and one more member for it, uniform over those not in it."""
    category = pick(rng, _LARGER)
    count = 2 + int(rng.random() * (min(5, len(category.members) - 1) - 1))
    *listed, new = distinct(rng, category.members, count + 1)
    prompt = pick(rng, MORE_QUESTIONS).format(
        p=category.plural, s=category.name, o=", ".join(listed)
    )
    return Conversation(prompt, new)


def yes_or_no(rng: np.random.Generator) -> Conversation:
    """Whether something belongs to a category; yes and no equally often."""
    category = pick(rng, _ALL)
    if chance(rng, 0.5):
        member, owner, answer = pick(rng, category.members), category, "Yes"
    else:
        (member, owner), answer = pick(rng, OUTSIDERS[category.name]), "No"
    a, _ = _phrase(rng, category)
    prompt = pick(rng, TRUE_QUESTIONS).format(x=owner.a_member(member), a=a)
    if chance(rng, 0.25):
        verdict = "is" if answer == "Yes" else "is not"
        return Conversation(prompt, f"{answer}, {owner.a_member(member)} {verdict} {a}.")
    return Conversation(prompt, answer)


def kind_of_thing(rng: np.random.Generator) -> Conversation:
    """What something is. Words that belong to several categories may get any of them."""
    category = pick(rng, _ALL)
    member = category.a_member(pick(rng, category.members))
    prompt = pick(rng, KIND_QUESTIONS).format(x=member)
    if chance(rng, 0.5):
        return Conversation(prompt, f"{member[0].upper()}{member[1:]} is {category.phrase}.")
    return Conversation(prompt, category.phrase)


def which_one(rng: np.random.Generator) -> Conversation:
    """The one member among two to four outsiders; its place is uniform."""
    category = pick(rng, _ALL)
    member = pick(rng, category.members)
    count = 2 + int(rng.random() * 3)
    others = dict.fromkeys(word for word, _ in distinct(rng, OUTSIDERS[category.name], count))
    options = distinct(rng, [member, *others], 1 + len(others))
    a, singular = _phrase(rng, category)
    prompt = pick(rng, WHICH_QUESTIONS).format(a=a, s=singular, o=", ".join(options))
    return Conversation(prompt, member)


def odd_one_out(rng: np.random.Generator) -> Conversation:
    """The one outsider among two to four members; its place is uniform."""
    category = pick(rng, _LARGER)
    outsider, _ = pick(rng, OUTSIDERS[category.name])
    count = min(len(category.members), 2 + int(rng.random() * 3))
    options = distinct(rng, [outsider, *distinct(rng, category.members, count)], count + 1)
    prompt = pick(rng, ODD_QUESTIONS).format(a=category.phrase, o=", ".join(options))
    return Conversation(prompt, outsider)


def two_examples(rng: np.random.Generator) -> Conversation:
    """A member of each of two categories."""
    first, second = distinct(rng, _ALL, 2)
    prompt = f"Give an example of {first.phrase} and an example of {second.phrase}."
    return Conversation(prompt, f"{pick(rng, first.members)}, {pick(rng, second.members)}")
