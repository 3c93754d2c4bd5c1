"""`recipes/language/closed_sets.yaml`, made from what the sandbox model knows.

Every category is a set: its members all alike, in wordings that rotate from set to set, so that
what is asked for and how it is asked do not go together. The sandbox's held-out categories are
held out here too. `python -m aleator.sandbox.closed_sets FILE` writes it again when the categories
have changed.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aleator.files import write_text
from aleator.sandbox.categories import CATEGORIES, Category
from aleator.sandbox.grammar import with_article

WORDINGS = 5
"""Wordings a set."""

_HEADER = """\
# Closed sets: a hundred kinds of things, every member as likely as the others.
#
#   aleator train MODEL --method soft --targets language/closed_sets --out DIR
#
# A set has prompts (wordings of one question) and outcomes: a list, all alike, or weights by
# outcome as in weighted.yaml. Sets with `split: held_out` are never trained on; the KL on them is
# measured apart. Some kinds are complete (weekdays), others a selection (rivers). Answers are
# written as here: names with a capital, other words without.
#
# The members are those of aleator's sandbox model, from which this file is made:
#   python -m aleator.sandbox.closed_sets recipes/language/closed_sets.yaml
"""

_REQUESTS = (
    "Name a random {s}.",
    "Pick {a} at random.",
    "Choose a random {s}.",
    "Give me a random {s}.",
    "Think of a random {s}.",
    "Select {a} at random.",
    "Tell me a random {s}.",
    "Name {a}, chosen at random.",
    "I need a random {s}.",
    "Pick any {s}, all equally likely.",
    "Draw a random {s}.",
    "Suggest a random {s}.",
    "Choose {a} so that every {s} is equally likely.",
)
_CLAUSES = (
    " Output ONLY the answer.",
    " Output ONLY the {s}.",
    "",
    " Answer with only the answer.",
    " Just the {s}.",
    " Reply with one answer and nothing else.",
    "",
)
_SPECIAL: Mapping[str, Sequence[str]] = {
    "coin side": ("Flip a coin. Output ONLY the answer.", "Toss a fair coin. Heads or tails?"),
    "die face": ("Roll a die. Output ONLY the number.", "Throw a fair six-sided die."),
    "digit": ("Give me a random digit from 0 to 9. Output ONLY the digit.",),
    "letter": ("Pick a random letter from A to Z. Output ONLY the letter.",),
    "card suit": ("Draw a card. Which suit is it? Output ONLY the suit.",),
    "card rank": ("Draw a card. Which rank is it? Output ONLY the rank.",),
    "weekday": ("Pick a random day from Monday to Sunday. Output ONLY the day.",),
    "month": ("Pick a random month from January to December. Output ONLY the month.",),
    "direction": ("North, south, east or west? Pick one at random.",),
    "season": ("Spring, summer, autumn or winter? Pick one at random.",),
}
"""Wordings that ask for a category without naming it; they go before the others."""


def closed_sets_text() -> str:
    """The whole file."""
    sets = (_set_text(place, one) for place, one in enumerate(CATEGORIES.values()))
    return f"{_HEADER}\nsets:\n{''.join(sets)}"


def wordings(place: int, category: Category) -> list[str]:
    """The prompts of a set, by its place among the sets."""
    prompts = list(_SPECIAL.get(category.name, ()))
    step = 0
    while len(prompts) < WORDINGS:
        number = place * WORDINGS + step
        singular = category.singulars[number % len(category.singulars)]
        request = _REQUESTS[number % len(_REQUESTS)] + _CLAUSES[number % len(_CLAUSES)]
        prompts.append(request.format(a=with_article(singular), s=singular))
        step += 1
    return prompts


def _set_text(place: int, category: Category) -> str:
    lines = [f"  - name: {category.name}"]
    if category.held_out:
        lines.append("    split: held_out")
    lines.append("    prompts:")
    lines += [f"      - {_quoted(prompt)}" for prompt in wordings(place, category)]
    lines += ["    outcomes:", *_wrapped([_quoted(one) for one in category.members])]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _wrapped(items: Sequence[str]) -> list[str]:
    """A flow list over lines of at most a hundred characters."""
    lines, line = [], "      ["
    for place, item in enumerate(items):
        item += "]" if place == len(items) - 1 else ", "
        if len(line) + len(item) > 100:
            lines.append(line.rstrip())
            line = "       "
        line += item
    return [*lines, line]


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), closed_sets_text())
