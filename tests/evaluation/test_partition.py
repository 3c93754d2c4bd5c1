from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.evaluation.partition import greedy_partition, same_by_rule, same_if_short

NUMBERS = st.lists(st.integers(0, 99).map(str), max_size=14)


def same_last_digit(first: str, answers: Sequence[str]) -> list[bool]:
    """Symmetric and transitive."""
    return [first[-1] == answer[-1] for answer in answers]


def close(first: str, answers: Sequence[str]) -> list[bool]:
    """Symmetric, but not transitive."""
    return [abs(int(first) - int(answer)) <= 10 for answer in answers]


@given(NUMBERS)
def test_classes_of_an_equivalence(answers: list[str]) -> None:
    """With a transitive judge, greedy classes are the equivalence classes, in any order."""
    classes = greedy_partition(answers, same_last_digit)
    for i, one in enumerate(answers):
        for j, other in enumerate(answers):
            assert (classes[i] == classes[j]) == (one[-1] == other[-1])
    opened = list(dict.fromkeys(classes))
    assert opened == list(range(len(opened)))


@given(NUMBERS)
def test_each_answer_joins_the_earliest_class_whose_first_member_is_the_same(
    answers: list[str],
) -> None:
    """The rule as it is stated, answer by answer; ours goes class by class."""
    firsts: list[str] = []
    expected = []
    for answer in answers:
        joined = [place for place, first in enumerate(firsts) if close(first, [answer])[0]]
        if not joined:
            firsts.append(answer)
        expected.append(joined[0] if joined else len(firsts) - 1)
    assert greedy_partition(answers, close) == expected


def test_the_judge_is_asked_once_a_class_and_once_a_text() -> None:
    asked: list[tuple[str, list[str]]] = []

    def same(first: str, answers: Sequence[str]) -> list[bool]:
        asked.append((first, list(answers)))
        return same_last_digit(first, answers)

    assert greedy_partition(["1", "2", "11", "2", "3", "2"], same) == [0, 1, 0, 1, 2, 1]
    assert asked == [("1", ["2", "11", "3"]), ("2", ["2", "3"])]
    asked.clear()
    assert greedy_partition(["1"], same) == [0] and greedy_partition([], same) == []
    assert not asked


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paris", "paris ", True),
        ("Paris", "Rome", False),
        ("Paris.", "Paris", False),  # punctuation belongs to the word
        ("New York", "york new", True),
        ("New York", "New Orleans", True),  # one of two is half
        ("I choose Paris", "I choose Rome", True),
        ("a b c d e", "a b x y z", False),  # 4 < 5
        ("a b c d e", "a b c y z", True),  # 6 >= 5
        ("a b c d", "a b", True),
        ("a b c d e", "a b", False),
        ("no no no", "no no no", False),  # 2 < 3: a repeat counts in the length only
        ("", "", True),
        ("", "Paris", False),
        ("a b c d e f", "a b c d e f", None),
        ("a", "a b c d e f", None),
    ],
)
def test_the_published_rule_on_words(one: str, other: str, same: bool | None) -> None:
    assert same_if_short(one, other) is same
    assert same_if_short(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paris.", "paris", True),
        ("**Paris**", "“Paris!”", True),
        ("no no no", "no, no, no!", True),
        ("no no no", "no", False),
        ("C++", "C", False),
        ("-5", "5", False),
        ("", " \n", True),
        ("", "Paris", False),
        ("the old man found a key by the river", "A key by the river the old man found.", True),
        ("the old man found a key by the river", "a young girl lost her map in town", False),
    ],
)
def test_our_rule_on_words(one: str, other: str, same: bool) -> None:
    assert same_by_rule(one, [other]) == [same]
    assert same_by_rule(other, [one]) == [same]


@given(st.lists(st.sampled_from("abcde"), max_size=5, unique=True), st.data())
def test_our_rule_is_the_published_one_on_short_plain_answers(
    words: list[str], data: st.DataObject
) -> None:
    others = data.draw(st.permutations("abxyz").map(lambda drawn: drawn[:4]))
    one, other = " ".join(words), " ".join(others)
    assert same_by_rule(one, [other]) == [same_if_short(one, other)]
