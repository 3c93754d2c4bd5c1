"""A stand-in for the reward model where answers are short: is this an answer at all?

Ours, for work offline; it knows nothing of quality. An answer gets the highest rating of the
published scale if it is finished, not empty and, where the prompt comes with a list of all right
answers, one of them; else the lowest. Without a list every finished text passes, nonsense too, so
that a utility from these ratings is an upper bound; figures name the scorer for that reason and
must not be put beside those of the reward model.
"""

import re
from collections.abc import Sequence

from aleator.evaluation.partition import AROUND_WORDS

LOWEST_RATING = 1
HIGHEST_RATING = 10

_ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\S)")


def validity_rating(text: str, *, truncated: bool, valid: Sequence[str] | None) -> int:
    """The rating of one answer, the highest or the lowest.

    Args:
        text: The answer.
        truncated: The limit on tokens cut it off.
        valid: All right answers, if they can be listed. Case, an article, quotation marks and
            punctuation around an answer do not matter; a sentence around it does.
    """
    answer = _bare(text)
    right = bool(answer) and not truncated
    if right and valid is not None:
        right = answer in {_bare(one) for one in valid}
    return HIGHEST_RATING if right else LOWEST_RATING


def _bare(text: str) -> str:
    words = " ".join(text.casefold().split()).strip(AROUND_WORDS + " ")
    return _ARTICLE.sub("", words)
