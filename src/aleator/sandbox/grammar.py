"""Text from templates: rules with alternatives, slots that refer to rules, words that are kept.

A rule is a name and a sequence of alternatives, each a text with slots:

    {rule}      any alternative of that rule
    {a rule}    the same with "a" or "an" before it
    {x=rule}    the same, and remember it: from now on {x} and {a x} stand for those words

Sentences get their capital letter at the end, so slots may begin a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aleator.errors import UnknownNameError
from aleator.sandbox.draws import pick

_SLOT = re.compile(r"\{(a )?(?:(\w+)=)?([\w ]+)\}")
_SENTENCE_START = re.compile(r'(?:^|\n|[!?] |\."? )([a-z])')
_AN_DESPITE_CONSONANT = ("hour", "honest", "heir", "honour")
_A_DESPITE_VOWEL = ("uni", "use", "euro", "ukulele", "one", "u-")
_LETTERS_SAID_WITH_VOWEL = frozenset("AEFHILMNORSX")


def with_article(words: str) -> str:
    """The words with "a" or "an" before them, by how they sound: "an hour", "a unicorn"."""
    start = words.casefold()
    if len(words) == 1 and words.isupper():
        vowel = words in _LETTERS_SAID_WITH_VOWEL
    elif words.startswith("US "):
        vowel = False
    elif start.startswith(_AN_DESPITE_CONSONANT):
        vowel = True
    else:
        vowel = start[:1] in set("aeiou8") and not start.startswith(_A_DESPITE_VOWEL)
    return f"{'an' if vowel else 'a'} {words}"


def capitalise_sentences(text: str) -> str:
    """The text with a capital letter at the start of every line and sentence."""
    return _SENTENCE_START.sub(lambda match: match.group(0).upper(), text)


@dataclass(frozen=True)
class _Slot:
    rule: str
    article: bool
    remember_as: str | None


_Template = tuple["str | _Slot", ...]


def _compile(text: str) -> _Template:
    parts: list[str | _Slot] = []
    end = 0
    for match in _SLOT.finditer(text):
        parts.append(text[end : match.start()])
        parts.append(_Slot(match[3], match[1] is not None, match[2]))
        end = match.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part != "")


class Grammar:
    """Rules that can be expanded into text."""

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = {name: tuple(map(_compile, texts)) for name, texts in rules.items()}
        self._check()

    def _check(self) -> None:
        remembered = {
            part.remember_as
            for templates in self._rules.values()
            for template in templates
            for part in template
            if isinstance(part, _Slot) and part.remember_as is not None
        }
        for templates in self._rules.values():
            for template in templates:
                for part in template:
                    if isinstance(part, str):
                        if "{" in part or "}" in part:
                            raise ValueError(f"a slot that cannot be read, in {part!r}")
                    elif part.rule not in self._rules and part.rule not in remembered:
                        raise UnknownNameError("grammar rule", part.rule, self._rules)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules."""
        return tuple(self._rules)

    def expand(
        self, rng: np.random.Generator, rule: str, words: Mapping[str, str] | None = None
    ) -> str:
        """One text of that rule; `words` are remembered from the start."""
        if rule not in self._rules:
            raise UnknownNameError("grammar rule", rule, self._rules)
        out: list[str] = []
        self._write(rng, rule, dict(words or {}), out)
        return capitalise_sentences("".join(out))

    def _write(
        self, rng: np.random.Generator, rule: str, memory: dict[str, str], out: list[str]
    ) -> None:
        for part in pick(rng, self._rules[rule]):
            if isinstance(part, str):
                out.append(part)
                continue
            words = memory.get(part.rule)
            if words is None:
                inner: list[str] = []
                self._write(rng, part.rule, memory, inner)
                words = "".join(inner)
            if part.remember_as is not None:
                memory[part.remember_as] = words
            out.append(with_article(words) if part.article else words)
