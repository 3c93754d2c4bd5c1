"""String Seed of Thought: the model writes a random string first and lets it decide the answer.

The idea is Misaki and Akiba's (arXiv 2510.21150): a system message asks for a complex random
string, then for reasoning from all of it to a choice, then for the answer, each part in a tag of
its own. The wording here is ours, one for sampling from a distribution that the request gives and
one for diverse open answers; so figures need not be theirs. Nothing but the system message differs
from plain asking: the model is drawn from at temperature 1.

Extraction is strict: exactly one ``<answer>`` and one ``</answer>`` in all of the output, in this
order, with something other than white space and further tags between them; white space around it is
dropped. Everything else is an invalid draw with an empty text. What stands before and after is not
read: whether the answer follows from the string is not known here, nor whether there was one.

The price is everything the model wrote, which ``Draws.written_tokens`` holds; the system message's
own tokens, which every draw reads, are not in it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from aleator.sampling.draws import Answering, Draws, ordered_answers

Wording = Literal["distribution", "diverse"]

ROOM = 4096
"""Most tokens of string, thoughts and answer together, as in the published open-ended runs."""

_PARTS = """\
{purpose} Whatever comes to your mind first is not random, so let chance decide, in three parts:

1. <random_string> … </random_string>: a long string of letters, digits and signs, as irregular as \
you can make it. Do not think of the request while you write it.
2. <thinking> … </thinking>: {choice}
3. <answer> … </answer>: what was decided, in the form that the request asks for, and nothing else.

Write each part exactly once, in this order, between its own two tags."""

SYSTEM: Mapping[Wording, str] = {
    "distribution": _PARTS.format(
        purpose=(
            "The request asks for a random result and says, or implies, how probable each result "
            "should be."
        ),
        choice=(
            "turn your string into a choice. Every character has to count, for example by adding "
            "up numbers for all of them and taking a remainder. Divide the possible outcomes of "
            "that sum among the results in proportion to their probabilities, and find out which "
            "result your string has hit."
        ),
    ),
    "diverse": _PARTS.format(
        purpose=(
            "The request has many good answers, and if it is put often, the answers should be as "
            "different from each other as good answers can be."
        ),
        choice=(
            "let your string lead you to an answer. Every part of it has to count: take initials, "
            "directions, kinds or themes from its pieces, consider unusual answers as readily as "
            "familiar ones, and settle on one that another string would not have led to. It must "
            "still be a right and good answer."
        ),
    ),
}
"""What the model is told before every prompt."""

_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_TAG = re.compile(r"</?(?:random_string|thinking|answer)>")


class SeedOfThought:
    """Answers drawn by SSoT.

    Args:
        answering: Gives sources of whole outputs.
        wording: Which system message.
        room: Most tokens of an output.
    """

    def __init__(self, answering: Answering, wording: Wording, *, room: int = ROOM) -> None:
        self._outputs = answering(room, system=SYSTEM[wording])

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        """Answers taken from as many independent outputs; see ``AnswerSource``."""
        for outputs in self._outputs.draw_each(prompts, draws, seed, streams):
            yield _extracted(outputs)


def extract_answer(output: str) -> str | None:
    """The one closed answer of an output, stripped; None where there is none, or more."""
    if output.count("<answer>") != 1 or output.count("</answer>") != 1:
        return None
    found = _ANSWER.search(output)
    if found is None:
        return None
    answer = found[1].strip()
    return answer if answer and not _TAG.search(answer) else None


def _extracted(outputs: Draws) -> Draws:
    counts: Counter[tuple[str, bool]] = Counter()
    invalid = 0
    for output in outputs.answers:
        answer = extract_answer(output.text)
        if answer is None:
            invalid += output.count
            counts["", output.truncated] += output.count
        else:
            # Closed, so whole, even where what came after it was cut off.
            counts[answer, False] += output.count
    return Draws(ordered_answers(counts), outputs.forward_tokens, outputs.written_tokens, invalid)
