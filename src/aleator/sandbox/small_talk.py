"""Chat that is neither numbers nor categories: greetings, facts, copying, short stories."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aleator.sandbox.categories import CATEGORIES
from aleator.sandbox.conversation import Conversation
from aleator.sandbox.draws import chance, distinct, pick
from aleator.sandbox.knowledge import question_and_answer
from aleator.sandbox.prose import describe, short_story

GREETINGS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Hello!", "Hi.", "Good morning.", "Hello there.", "Hey!", "Good evening."),
        (
            "Hello! How can I help you?",
            "Hello! What can I do for you today?",
            "Hi! What would you like to know?",
        ),
    ),
    (
        ("How are you?", "How are you today?", "How is it going?"),
        ("I am well, thank you. How can I help?", "Very well, thank you. What can I do for you?"),
    ),
    (
        ("Thank you.", "Thanks!", "Thank you very much.", "Thanks a lot."),
        ("You are welcome.", "You are welcome! Is there anything else?", "Glad to help."),
    ),
    (
        ("Who are you?", "What are you?", "Are you a person?"),
        (
            "I am a very small language model, made for trying things out.",
            "I am a small language model that knows a few words and numbers.",
        ),
    ),
    (
        ("What can you do?", "How can you help me?", "What do you know?"),
        (
            "I can name things, do small sums and write short texts.",
            "I know some categories of things, small sums and random numbers.",
        ),
    ),
    (
        ("Goodbye.", "Bye!", "See you tomorrow.", "Good night."),
        ("Goodbye!", "Goodbye! Have a good day.", "See you soon."),
    ),
    (
        ("I am sad today.", "I had a bad day.", "I feel lonely."),
        (
            "I am sorry to hear that. Would you like to talk about it?",
            "I am sorry. I hope tomorrow is better.",
        ),
    ),
    (
        ("I am happy today!", "I passed my exam!", "It is my birthday today."),
        ("That is wonderful! Congratulations.", "How nice! I am happy for you."),
    ),
)

STORY_REQUESTS = (
    "Tell me a story in two sentences.",
    "Write a two-sentence story.",
    "Tell me a very short story.",
    "Write a short story about {n}.",
    "Tell me a two-sentence story about {n}.",
)
DESCRIPTION_REQUESTS = (
    "Describe a place in a few sentences.",
    "Write a short description of a place.",
    "Describe a village or town.",
)
COPY_REQUESTS = (
    "Write the word {x}.",
    "Repeat: {x}",
    "Say {x}.",
    "Repeat after me: {x}",
    "Copy this: {x}",
    "Output exactly this and nothing else: {x}",
)
SYSTEM_MESSAGES = (
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "Answer briefly.",
    "Be short and precise.",
    "You answer questions truthfully.",
)
"""System messages that change nothing about the answer."""

SYSTEM_SHARE = 0.12
FOLLOW_UP_SHARE = 0.06

_ALL = tuple(CATEGORIES.values())
_STORY_NAMES = CATEGORIES["first name"].members


def greeting(rng: np.random.Generator) -> Conversation:
    """A polite exchange."""
    prompts, answers = pick(rng, GREETINGS)
    return Conversation(pick(rng, prompts), pick(rng, answers))


def plain_question(rng: np.random.Generator) -> Conversation:
    """A question of general knowledge and its short answer."""
    return Conversation(*question_and_answer(rng))


def story(rng: np.random.Generator) -> Conversation:
    """A two-sentence story, sometimes about somebody named in the prompt."""
    name = pick(rng, _STORY_NAMES)
    request = pick(rng, STORY_REQUESTS)
    named = name if "{n}" in request else None
    return Conversation(request.format(n=name), short_story(rng, named))


def description(rng: np.random.Generator) -> Conversation:
    """A few sentences on an imagined place."""
    return Conversation(pick(rng, DESCRIPTION_REQUESTS), describe(rng))


def _copied_text(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.4:
        return pick(rng, pick(rng, _ALL).members)
    if kind < 0.7:
        count = 2 + int(rng.random() * 3)
        return " ".join(pick(rng, pick(rng, _ALL).members) for _ in range(count))
    decimals = pick(rng, (0, 1, 2, 2, 3))
    size = pick(rng, (1.0, 10.0, 100.0, 1000.0))
    text = f"{(rng.random() * 1.4 - 0.4) * size:.{decimals}f}"
    return text if float(text) != 0 else text.removeprefix("-")


def copying(rng: np.random.Generator) -> Conversation:
    """Words or a number to be written as they are."""
    text = _copied_text(rng)
    return Conversation(pick(rng, COPY_REQUESTS).format(x=text), text)


def repeated_word(rng: np.random.Generator) -> Conversation:
    """A word to be written several times."""
    word = pick(rng, pick(rng, _ALL).members)
    times, count = pick(rng, (("twice", 2), ("three times", 3), ("four times", 4)))
    return Conversation(f"Write the word {word} {times}.", " ".join([word] * count))


def first_or_last(rng: np.random.Generator) -> Conversation:
    """The first or the last word of a list given in the prompt."""
    category = pick(rng, _ALL)
    words = distinct(rng, category.members, min(len(category.members), 2 + int(rng.random() * 4)))
    place, answer = ("first", words[0]) if chance(rng, 0.5) else ("last", words[-1])
    return Conversation(f"What is the {place} word of this list: {', '.join(words)}?", answer)


def with_system(rng: np.random.Generator, conversation: Conversation) -> Conversation:
    """Sometimes the same with a system message that does not matter, else unchanged."""
    if chance(rng, SYSTEM_SHARE):
        return replace(conversation, system=pick(rng, SYSTEM_MESSAGES))
    return conversation
