"""Which answers to one prompt say the same: the greedy partition and its rules on words.

As in NoveltyBench, an answer is compared with the *first* member of every class so far and joins
the earliest that is the same; otherwise it opens a class. So the outcome depends on the order of
the answers, and members of a class need not be the same as each other.

The published rule for answers of at most five words (`same_if_short`) compares lower-case words
with their punctuation and counts a repeated word once among the shared, but every time in the
length: "Paris." differs from "Paris", and "no no no" from itself. It is kept as published.
`same_by_rule` is ours, for work without the pair classifier: punctuation is left out, repeats are
counted on both sides, and answers may be of any length. It compares words, not meanings: two
sentences that share their frame ("I choose Rome." and "I choose Paris.") are the same to it, and
two wordings of one thought are not.
"""

from collections import Counter
from collections.abc import Callable, Sequence

SHORT_WORDS = 5
"""The most words of an answer that the published rule decides."""

AROUND_WORDS = ".,;:!?…()[]*_`\"'“”‘’"
"""What may stand around a word without being part of it."""

Same = Callable[[str, Sequence[str]], Sequence[bool]]
"""Whether the first member of a class and each of some answers say the same."""


def greedy_partition(answers: Sequence[str], same: Same) -> list[int]:
    """The class of each answer, numbered in the order in which they are opened.

    The judge is asked once a class, about all answers that no class has yet, each distinct text
    once.
    """
    classes = [-1] * len(answers)
    opened = 0
    for place, first in enumerate(answers):
        if classes[place] >= 0:
            continue
        classes[place] = opened
        rest = [later for later in range(place + 1, len(answers)) if classes[later] < 0]
        texts = list(dict.fromkeys(answers[later] for later in rest))
        verdicts = dict(zip(texts, same(first, texts) if texts else (), strict=True))
        for later in rest:
            if verdicts[answers[later]]:
                classes[later] = opened
        opened += 1
    return classes


def same_if_short(one: str, other: str) -> bool | None:
    """The published rule on words; None where either has more than five."""
    words, others = one.lower().split(), other.lower().split()
    longer = max(len(words), len(others))
    if longer > SHORT_WORDS:
        return None
    return 2 * len(set(words) & set(others)) >= longer


def same_by_rule(first: str, answers: Sequence[str]) -> list[bool]:
    """Our rule on words: twice the number of shared words reaches the longer answer's length."""
    words = _words(first)
    return [_share_half(words, _words(answer)) for answer in answers]


def _share_half(words: Counter[str], others: Counter[str]) -> bool:
    return 2 * (words & others).total() >= max(words.total(), others.total())


def _words(text: str) -> Counter[str]:
    bare = (word.strip(AROUND_WORDS) for word in text.casefold().split())
    return Counter(word for word in bare if word)
