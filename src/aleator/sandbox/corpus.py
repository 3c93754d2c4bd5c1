"""What the sandbox model reads: the mixtures of plain text and of chat.

Numeric families are not here: their targets are exact and the build adds them. `conversation`
can be restricted to some kinds, so that an anchor can do without the random choices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import numpy as np

from aleator.errors import UnknownNameError
from aleator.sandbox import (
    arithmetic,
    category_text,
    knowledge,
    membership,
    multiple_choice,
    prose,
    random_choice,
    small_talk,
)
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.draws import Weighted, chance

Writer = Callable[[np.random.Generator], str]
Talker = Callable[[np.random.Generator], Conversation]

DOCUMENTS: Mapping[str, tuple[Writer, float]] = MappingProxyType(
    {
        "prose": (prose.prose, 0.30),
        "knowledge": (knowledge.statements, 0.08),
        "category_facts": (category_text.category_facts, 0.18),
        "category_list": (category_text.category_list, 0.14),
        "category_draws": (category_text.category_draws, 0.08),
        "category_quiz": (category_text.category_quiz, 0.06),
        "sums": (arithmetic.sum_document, 0.11),
        "multiple_choice": (multiple_choice.question_document, 0.05),
    }
)
"""Kinds of plain document and how often each comes."""

CONVERSATIONS: Mapping[str, tuple[Talker, float]] = MappingProxyType(
    {
        "random_choice": (random_choice.random_choice, 0.17),
        "small_number": (random_choice.small_number, 0.01),
        "listed_choice": (random_choice.listed_choice, 0.02),
        "listing": (membership.listing, 0.14),
        "another": (membership.another, 0.06),
        "one_more": (membership.one_more, 0.03),
        "yes_or_no": (membership.yes_or_no, 0.06),
        "kind_of_thing": (membership.kind_of_thing, 0.04),
        "which_one": (membership.which_one, 0.04),
        "odd_one_out": (membership.odd_one_out, 0.02),
        "two_examples": (membership.two_examples, 0.02),
        "sum": (arithmetic.sum_conversation, 0.22),
        "multiple_choice": (multiple_choice.question_conversation, 0.035),
        "greeting": (small_talk.greeting, 0.015),
        "plain_question": (small_talk.plain_question, 0.035),
        "story": (small_talk.story, 0.025),
        "description": (small_talk.description, 0.01),
        "copying": (small_talk.copying, 0.02),
        "repeated_word": (small_talk.repeated_word, 0.005),
        "first_or_last": (small_talk.first_or_last, 0.01),
    }
)
"""Kinds of conversation and how often each comes."""

COLLAPSED_KINDS = frozenset({"random_choice", "small_number", "listed_choice"})
"""Kinds whose answers are collapsed although the prompt allows many."""

TRUTHFUL_KINDS = frozenset(CONVERSATIONS) - COLLAPSED_KINDS
"""Everything else: what a calibration should leave as it is."""

_DOCUMENT_WEIGHTS = Weighted({name: weight for name, (_, weight) in DOCUMENTS.items()})
_CONVERSATION_WEIGHTS = Weighted({name: weight for name, (_, weight) in CONVERSATIONS.items()})


def plain_document(rng: np.random.Generator) -> str:
    """One document of plain text, without white space at its ends."""
    write, _ = DOCUMENTS[_DOCUMENT_WEIGHTS.pick(rng)]
    return write(rng)


def conversation(rng: np.random.Generator, kinds: Collection[str] | None = None) -> Conversation:
    """One conversation of any kind, or of the kinds given (in their usual proportions).

    About one in eight has a system message and one in twenty an earlier exchange of the same
    kinds. Raises UnknownNameError for a kind that does not exist.
    """
    weights = _CONVERSATION_WEIGHTS if kinds is None else _restricted(tuple(sorted(kinds)))
    current = _talk(rng, weights)
    if chance(rng, small_talk.FOLLOW_UP_SHARE):
        current = current.after(_talk(rng, weights))
    return small_talk.with_system(rng, current)


def _talk(rng: np.random.Generator, weights: Weighted[str]) -> Conversation:
    talk, _ = CONVERSATIONS[weights.pick(rng)]
    return talk(rng)


def _restricted(kinds: tuple[str, ...]) -> Weighted[str]:
    for kind in kinds:
        if kind not in CONVERSATIONS:
            raise UnknownNameError("kind of conversation", kind, CONVERSATIONS)
    return Weighted({kind: CONVERSATIONS[kind][1] for kind in kinds})
