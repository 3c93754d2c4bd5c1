import pytest

from aleator.evaluation.validity import HIGHEST_RATING, LOWEST_RATING, validity_rating

OCEANS = ("Arctic", "Atlantic", "Indian", "Pacific", "Southern", "Pacific Ocean")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Pacific", True),
        (" the  PACIFIC\nocean. ", True),
        ("**Indian**", True),
        ('"Arctic"', True),
        ("Baltic", False),
        ("I choose the Pacific.", False),  # a sentence is not the answer that was asked for
        ("", False),
        (" \n", False),
        ("...", False),
        ("The", False),
    ],
)
def test_a_listed_answer(text: str, good: bool) -> None:
    expected = HIGHEST_RATING if good else LOWEST_RATING
    assert validity_rating(text, truncated=False, valid=OCEANS) == expected


def test_without_a_list_every_finished_answer_passes() -> None:
    assert validity_rating("Xyzzy plugh.", truncated=False, valid=None) == HIGHEST_RATING
    assert validity_rating("  ", truncated=False, valid=None) == LOWEST_RATING


@pytest.mark.parametrize("valid", [None, OCEANS])
def test_a_cut_off_answer_is_no_answer(valid: tuple[str, ...] | None) -> None:
    assert validity_rating("Pacific", truncated=True, valid=valid) == LOWEST_RATING


def test_an_article_alone_may_be_the_answer() -> None:
    assert validity_rating("A", truncated=False, valid=("A", "B")) == HIGHEST_RATING


def test_no_answer_is_right_where_the_list_is_empty() -> None:
    assert validity_rating("A", truncated=False, valid=()) == LOWEST_RATING
