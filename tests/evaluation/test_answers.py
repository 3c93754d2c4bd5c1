"""What counts as an answer and which answers are one, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.evaluation.answers import count_answers, fold, normalise, without_thinking
from aleator.sampling.draws import Answer, Draws


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Paris", "Paris"),
        ("  Paris \n", "Paris"),
        ("\n \nParis\nBerlin", "Paris"),
        ("New \t York  City", "New York City"),
        ('"Paris"', "Paris"),
        ("“São Paulo”", "São Paulo"),
        ("«\u202fNice\u202f»", "Nice"),
        ("'n Dorp", "n Dorp"),
        ("Hawai'i", "Hawai'i"),
        ("Paris.", "Paris."),
        ('"Paris."', "Paris."),
        ("", ""),
        (" \n\t\n", ""),
        ('""', ""),
        ("<think>a city… Paris?</think>Rome", "Rome"),
        ("<think>\n\n</think>\n\nRome", "Rome"),
        ("<THINKING>x</THINKING> Rome", "Rome"),
        ("<think>one</think><think>two</think>Rome", "Rome"),
        ("<think>one <think>two</think> three</think>Rome", "Rome"),
        ("I could say Paris</think>\nRome", "Rome"),
        ("<think>Paris, Rome, or", ""),
        ("Rome\n<think>or Paris", "Rome"),
        ("<|channel|>analysis<|message|>Paris?<|end|><|channel|>final<|message|>Rome", "Rome"),
        ("<|channel|>analysis<|message|>Paris? Or", ""),
        ("I think <b>Rome</b>", "I think <b>Rome</b>"),
    ],
)
def test_the_answer_in_a_text(text: str, answer: str) -> None:
    assert normalise(text) == answer


@pytest.mark.parametrize(
    "same",
    [
        ["Paris", "paris", "PARIS.", "Paris!", "**Paris**", "**Paris.**", '"Paris".', "_Paris_"],
        ["Straße", "STRASSE"],
        ["São Paulo", "Sa\u0303o Paulo"],
    ],
)
def test_answers_that_are_one(same: list[str]) -> None:
    assert len({fold(normalise(one)) for one in same}) == 1


@pytest.mark.parametrize("text", [",", ".", "!", "?", "**", "..."])
def test_punctuation_may_be_the_answer(text: str) -> None:
    assert fold(normalise(text)) == text


def test_answers_that_are_not_one() -> None:
    texts = ["C", "C++", "C#", "co-op", "coop", "St. John", "St John", "7", "-7"]
    assert len({fold(text) for text in texts}) == len(texts)


WORDS = st.text(alphabet='aB é"\n.*<>/', max_size=12)


@given(WORDS)
def test_normalising_and_folding_settle(text: str) -> None:
    answer = normalise(text)
    assert "\n" not in answer and answer == answer.strip()
    assert bool(fold(answer)) == bool(answer)
    assert fold(answer) == fold(answer.upper())


@given(WORDS, WORDS)
def test_a_trace_says_nothing(thought: str, text: str) -> None:
    assert normalise(f"<think>{thought}</think>{text}") == normalise(text)
    assert without_thinking(f"<think>{thought}") == ""


def test_counts_of_draws() -> None:
    drawn = Draws(
        (
            Answer("Paris", 3, truncated=False),
            Answer("paris", 5, truncated=False),
            Answer(" paris.\n", 2, truncated=True),
            Answer("Paris\nis a city", 4, truncated=True),
            Answer("Rome", 6, truncated=False),
            Answer("", 1, truncated=False),
            Answer("<think>hm", 2, truncated=True),
        ),
        forward_tokens=None,
        written_tokens=0,
    )
    counts = count_answers(drawn)
    assert (counts.draws, counts.empty, counts.truncated) == (23, 3, 8)
    assert counts.distinct == 4  # Paris, paris, "paris." and Rome
    # Both "Paris" were seven, more than the five "paris".
    assert [(one.folded, one.text, one.count) for one in counts.folded] == [
        ("paris", "Paris", 14),
        ("rome", "Rome", 6),
    ]


def test_nothing_drawn_and_nothing_said() -> None:
    assert count_answers(Draws((), 0, 0)).folded == ()
    silent = count_answers(Draws((Answer(" ", 7, truncated=False),), 0, 0))
    assert (silent.draws, silent.empty, silent.distinct, silent.folded) == (7, 7, 0, ())
