"""Items of the knowledge benchmark that ask for what the sandbox model was taught.

They are packaged (``benchmarks/data/knowledge_*.jsonl``) because the benchmark does not know the
sandbox; `write_items` makes them again, and a test compares. Three tasks:

- ``arithmetic``: little stories, asked in chat, answered with a number. Two thirds in the wordings
  of the training text, with operands, names and things drawn anew; a third in wordings that it
  never saw (`NEW_STORIES`), which the model gets right about six times in ten. Operands are 2 to 9.
- ``categories``: in chat, which of four words belongs to a category, and, a third of the items,
  which of four does not. Wordings are those of the training text, the four words drawn anew.
- ``facts``: the beginning of a sentence in raw text, and the words that end it: facts of the tables
  and, a third, what kind of thing something is.

Held out is the draw, not the knowledge: its seed is used nowhere else, and no two items are alike,
but what is asked for is what training text says in other words. Words of several categories count
with the one that was drawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from aleator.files import Row, write_text
from aleator.sandbox.arithmetic import NAMES, OBJECTS, PROBLEMS, STORIES, Problem, Sign
from aleator.sandbox.categories import CATEGORIES, OUTSIDERS
from aleator.sandbox.draws import distinct, pick
from aleator.sandbox.knowledge import FACTS
from aleator.sandbox.membership import WHICH_QUESTIONS

SEED = 20_261_123
ITEMS: Mapping[str, int] = {"arithmetic": 500, "categories": 400, "facts": 300}
OPTIONS = 4
_SMALLEST_OPERAND = 2
_EVERY_THIRD = 3

NEW_STORIES: dict[Sign, tuple[str, ...]] = {
    "+": (
        "{n} finds {l} {o} at home and {r} {o} at school. How many {o} does {n} find?",
        "In the morning {n} had {l} {o}, and a friend brought {r} more. How many are there now?",
        "{n} has {l} {o} in one hand and {r} in the other. How many {o} does {n} hold?",
    ),
    "-": (
        "{n} had {l} {o} and sold {r}. How many {o} are left?",
        "There were {l} {o} in a bag, and {n} took {r} of them. How many {o} are still in the bag?",
        "{n} buys {l} {o} and loses {r} on the way. How many {o} does {n} bring home?",
    ),
    "*": (
        "There are {l} tables with {r} {o} on each. How many {o} are there?",
        "{n} puts {r} {o} in each of {l} boxes. How many {o} is that?",
        "For {l} days {n} got {r} {o} every day. How many {o} is that in all?",
    ),
}
"""Wordings that no training text has."""

_ODD_QUESTIONS = ("Which one does not belong: {o}?", "Find the odd one out: {o}.")

_STORY_PROBLEMS = tuple(
    problem for problem in PROBLEMS if min(problem.left, problem.right) >= _SMALLEST_OPERAND
)
_LARGER = tuple(one for one in CATEGORIES.values() if len(one.members) >= OPTIONS)


def arithmetic_items() -> list[Row]:
    """Stories and their answers: ``question``, ``answer``."""
    return _collect("arithmetic", _story)


def category_items() -> list[Row]:
    """Questions with four words: ``question``, ``options``, ``right`` (a place among them)."""
    return _collect("categories", _choice)


def fact_items() -> list[Row]:
    """Beginnings of sentences and how they end: ``question``, ``answer``."""
    return _collect("facts", _cloze)


TASKS: Mapping[str, Callable[[], list[Row]]] = {
    "arithmetic": arithmetic_items,
    "categories": category_items,
    "facts": fact_items,
}


def as_lines(items: list[Row]) -> str:
    """Items as a file holds them, one a line."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def write_items(folder: Path) -> None:
    """Write the packaged files of all tasks.

    Raises:
        OutputError: The folder cannot be written.
    """
    for name, make in TASKS.items():
        write_text(folder / f"knowledge_{name}.jsonl", as_lines(make()))


def _collect(task: str, draw: Callable[[np.random.Generator, int], Row]) -> list[Row]:
    """Different items, drawn until there are enough; the place decides which kind is drawn."""
    rng = np.random.default_rng([SEED, list(ITEMS).index(task)])
    items: dict[str, Row] = {}
    while len(items) < ITEMS[task]:
        item = draw(rng, len(items))
        items.setdefault(str(item["question"]), item)
    return list(items.values())


def _story(rng: np.random.Generator, place: int) -> Row:
    problem = _problem(rng)
    stories = NEW_STORIES if place % _EVERY_THIRD == 0 else STORIES
    question = pick(rng, stories[problem.sign]).format(
        n=pick(rng, NAMES), o=pick(rng, OBJECTS), l=problem.left, r=problem.right
    )
    return {"question": question, "answer": str(problem.value)}


def _problem(rng: np.random.Generator) -> Problem:
    """A problem; signs equally often."""
    sign = pick(rng, ("+", "-", "*"))
    return pick(rng, [one for one in _STORY_PROBLEMS if one.sign == sign])


def _choice(rng: np.random.Generator, place: int) -> Row:
    category = pick(rng, _LARGER)
    outsiders = OUTSIDERS[category.name]
    if place % _EVERY_THIRD == 0:
        right = pick(rng, outsiders)[0]
        wrong = distinct(rng, category.members, OPTIONS - 1)
        wording = pick(rng, _ODD_QUESTIONS)
    else:
        right = pick(rng, category.members)
        wrong = list(_different(rng, [word for word, _ in outsiders], OPTIONS - 1))
        wording = pick(rng, WHICH_QUESTIONS)
    options = distinct(rng, [right, *wrong], OPTIONS)
    question = wording.format(a=category.phrase, s=category.name, o=", ".join(options))
    return {"question": question, "options": options, "right": options.index(right)}


def _cloze(rng: np.random.Generator, place: int) -> Row:
    if place % _EVERY_THIRD == 0:
        category = pick(rng, tuple(CATEGORIES.values()))
        beginning = f"{category.a_member(pick(rng, category.members))} is"
        answer = category.phrase
    else:
        fact, wording = pick(rng, _ENDED)
        beginning, answer = wording.removesuffix(_END).format(x=fact.subject), fact.answer
    return {"question": beginning[0].upper() + beginning[1:], "answer": answer}


def _different(rng: np.random.Generator, words: list[str], count: int) -> Iterator[str]:
    """So many different words, each as likely as it is frequent."""
    found: set[str] = set()
    while len(found) < count:
        word = pick(rng, words)
        if word not in found:
            found.add(word)
            yield word


_END = " {y}."
_ENDED = tuple(
    (fact, wording) for fact in FACTS for wording in fact.sentences if wording.endswith(_END)
)
