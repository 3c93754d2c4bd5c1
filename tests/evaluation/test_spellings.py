import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.evaluation.spellings import Spellings

SUITS = Spellings.of(["hearts", "ace of spades", "7"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hearts", 0),
        ("Hearts", 0),
        ("HEARTS.", 0),
        ("**Hearts**", 0),
        ("**hearts.**\n", 0),
        ('"Hearts."', 0),
        (" hearts \n", 0),
        ("The hearts.", 0),
        ("Ace of Spades", 1),
        ("Ace Of Spades", 1),
        ("the ace of spades", 1),
        ("7.", 2),
        ("**7**", 2),
        ("heart", None),
        ("hEARTS", None),
        ("hearts, I think", None),
        ("The 7", None),
        ("7.0", None),
        ("seven", None),
        ("", None),
    ],
)
def test_what_counts_as_an_answer(text: str, place: int | None) -> None:
    assert SUITS.place(text) == place


def test_listed_spellings_belong_to_those_who_are_listed_so() -> None:
    spellings = Spellings.of(["Polish", "polish", "Us", "uS"])
    assert spellings.place("Polish") == 0
    assert spellings.place("polish") == 1
    assert spellings.place("Polish.") is None  # of both, and listed as neither
    assert spellings.place("Us") == 2
    assert spellings.place("US") is None


def test_an_outcome_may_look_like_another_one_spelt() -> None:
    spellings = Spellings.of(["b", "b.", "The b"])
    assert [spellings.place(text) for text in ("b", "b.", "The b")] == [0, 1, 2]
    assert spellings.place("B") == 0
    assert spellings.place("b..") == 1


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5, unique=True))
def test_every_outcome_is_its_own_spelling(outcomes: list[str]) -> None:
    spellings = Spellings.of(outcomes)
    assert [spellings.place(outcome) for outcome in outcomes] == list(range(len(outcomes)))
