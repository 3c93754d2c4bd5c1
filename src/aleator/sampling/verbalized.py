"""Verbalized sampling: the model lists several answers with probabilities, and we draw from those.

The idea is Zhang et al.'s (arXiv 2510.01171); wording and layout here are ours. A system message
asks for at most so many answers, a line each, ``probability | answer``. From every asking a few
draws are made with a seeded generator, with replacement, by the probabilities that it states,
divided by their sum. An answer listed twice counts twice.

Draws of one asking are independent given its list, draws of different askings altogether; over all,
those of one asking are alike, so that intervals which take all draws for independent are too narrow
unless ``draws_per_asking`` is 1, which is also what the price of a single answer is.

Parsing is strict: every line that is not blank has the layout, there is at least one and no more
than asked for, no answer is empty, no probability above 1, not all are 0, and the token limit did
not cut the list off. Otherwise all draws of the asking are invalid, with an empty text.
Probabilities need not sum to 1: models cannot add.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aleator.sampling.draws import Answering, Draws, ordered_answers

ANSWERS = 5
DRAWS_PER_ASKING = 5

_PROBABILITY_TOKENS = 16
"""Room for a probability, a bar and a line end."""

_STREAM = 0x5EED
"""Tells our generators from those that draw the askings of the same seed and stream."""

_LINE = re.compile(r"\s*([01]?\.[0-9]+|[01]\.?)\s*\|\s*(\S.*?)\s*")

_SYSTEM = """\
Do not answer the request once. Instead list up to {answers} different answers that could be given \
to it, and say of each how probable it should be, as a number between 0 and 1. {spread}

Write one line for each answer: its probability, a vertical bar, and the answer in the form that \
the request asks for. For example:
0.35 | first answer
0.2 | second answer

Write nothing else, neither before the list nor after it."""

_SPREAD = (
    "Where the request states or implies probabilities, follow them; where many answers are "
    "possible, choose from all over their range rather than the likeliest."
)


def system_message(answers: int) -> str:
    """What the model is told before every prompt."""
    return _SYSTEM.format(answers=answers, spread=_SPREAD)


@dataclass(frozen=True)
class StatedAnswers:
    """What one asking states.

    Attributes:
        texts: The answers, in its order.
        probabilities: Divided by their sum.
    """

    texts: tuple[str, ...]
    probabilities: tuple[float, ...]


def parse_stated(output: str, answers: int) -> StatedAnswers | None:
    """Read a list of at most ``answers`` lines; None where it breaks the layout."""
    lines = [line for line in output.split("\n") if line.strip()]
    found = [_LINE.fullmatch(line) for line in lines]
    read = [(match[2], float(match[1])) for match in found if match is not None]
    if len(read) != len(lines) or len(lines) > answers:
        return None
    total = sum(probability for _, probability in read)
    if total <= 0 or any(probability > 1 for _, probability in read):
        return None
    return StatedAnswers(
        tuple(text for text, _ in read), tuple(probability / total for _, probability in read)
    )


class VerbalizedSampling:
    """Answers drawn from lists that the model states.

    Args:
        answering: Gives sources of lists.
        max_new_tokens: Most tokens of one answer; a list may have as many times that, and some.
        answers: Most answers in a list.
        draws_per_asking: Draws made from one list; the last list of a prompt may give fewer.
    """

    def __init__(
        self,
        answering: Answering,
        max_new_tokens: int,
        *,
        answers: int = ANSWERS,
        draws_per_asking: int = DRAWS_PER_ASKING,
    ) -> None:
        room = answers * (max_new_tokens + _PROBABILITY_TOKENS)
        self._lists = answering(room, system=system_message(answers))
        self._answers = answers
        self._each = draws_per_asking

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """Draws from as many independent askings as are needed; see ``AnswerSource``."""
        numbers = range(len(prompts)) if streams is None else streams
        askings = -(-draws // self._each)
        lists = self._lists.draw_each(prompts, askings, seed, numbers)
        for stream, asked in zip(numbers, lists, strict=True):
            yield self._drawn(asked, draws, np.random.default_rng([seed, stream, _STREAM]))

    def _drawn(self, asked: Draws, draws: int, rng: np.random.Generator) -> Draws:
        counts: Counter[tuple[str, bool]] = Counter()
        invalid = 0
        for output, wanted in zip(asked.answers, self._shares(asked, draws, rng), strict=True):
            stated = None if output.truncated else parse_stated(output.text, self._answers)
            if stated is None:
                invalid += wanted
                counts["", output.truncated] += wanted
                continue
            drawn = rng.multinomial(wanted, stated.probabilities).tolist()
            for text, count in zip(stated.texts, drawn, strict=True):
                counts[text, False] += count
        kept = {key: count for key, count in counts.items() if count}
        return Draws(ordered_answers(kept), asked.forward_tokens, asked.written_tokens, invalid)

    def _shares(self, asked: Draws, draws: int, rng: np.random.Generator) -> list[int]:
        """How many draws each distinct list gives; the askings have no order, so one is chosen."""
        shares = np.array([output.count * self._each for output in asked.answers], dtype=np.int64)
        missing = int(shares.sum()) - draws
        if missing:
            askings = np.array([output.count for output in asked.answers])
            shares[rng.choice(len(shares), p=askings / askings.sum())] -= missing
        return shares.tolist()
