"""Which texts count as an answer: every outcome in a small, finite set of spellings.

A chat model that writes ``**Monday**.`` has answered Monday. Accepted of an outcome are, in every
combination:

- letters as listed; all lower; all upper; the first one raised; every word raised; every word
  raised but "a", "an", "and", "of", "the" behind the first ("Ace of Spades");
- plain, after a space, after "the " or "The " (words of two letters and more), within ``**``, or
  within double quotes;
- with or without a full stop, within the quotes or behind them;
- behind it nothing, a space, a line end, or both.

The same texts are accepted from a model's logits and from drawn answers, so that both measure one
thing. What this does not know: numbers in words ("six" for 6), other names of the same thing
("fall"), and answers within a sentence; they count as invalid.

A text that would spell two outcomes ("polish", where Polish and POLISH are listed) belongs to the
one that is listed like that, and to none where neither is.
"""

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SMALL_WORDS = frozenset({"a", "an", "and", "of", "the"})
_FRAMES = ("{}", "{}.", " {}", " {}.", "**{}**", "**{}**.", "**{}.**", '"{}"', '"{}".', '"{}."')
_ARTICLES = ("the {}", "the {}.", "The {}", "The {}.")
_BEHIND = ("", " ", "\n", " \n")
_NOBODY = -1


@dataclass(frozen=True)
class Spellings:
    """Accepted texts of some outcomes.

    Attributes:
        listed: The outcomes, as they are listed.
        places: The place among them that each accepted text stands for.
    """

    listed: tuple[str, ...]
    places: dict[str, int]

    @classmethod
    def of(cls, outcomes: Sequence[str]) -> "Spellings":
        """Spell outcomes, which are distinct."""
        places: dict[str, int] = {}
        for place, outcome in enumerate(outcomes):
            for text in _spellings(outcome):
                places[text] = place if places.get(text, place) == place else _NOBODY
        # What an outcome is listed as may be another one's spelling.
        places.update({outcome: place for place, outcome in enumerate(outcomes)})
        kept = {text: place for text, place in places.items() if place != _NOBODY}
        return cls(tuple(outcomes), kept)

    def place(self, text: str) -> int | None:
        """The place of the outcome that `text` spells; None if it spells none."""
        return self.places.get(text)


def _spellings(outcome: str) -> Iterator[str]:
    for text in _cases(outcome):
        word = len(text) > 1 and text[0].isalpha()
        for frame in _FRAMES + _ARTICLES if word else _FRAMES:
            before, after = frame.split("{}")
            for behind in _BEHIND:
                yield before + text + after + behind


def _cases(outcome: str) -> set[str]:
    words = string.capwords(outcome, " ").split(" ")
    title = [
        word.lower() if place and word.lower() in _SMALL_WORDS else word
        for place, word in enumerate(words)
    ]
    return {
        outcome,
        outcome.lower(),
        outcome.upper(),
        outcome[0].upper() + outcome[1:],
        " ".join(words),
        " ".join(title),
    }
