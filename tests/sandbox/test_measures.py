"""Answers are judged against the project's own tables."""

from aleator.distributions.grids import split_distributions
from aleator.sandbox.categories import CATEGORIES
from aleator.sandbox.measures import STRICT_QUESTION, RawNumbers, is_member, is_true_list
from aleator.sandbox.numeric_text import raw_prompt
from tests.tiny_models import tiny_tokenizer

WEEKDAYS = CATEGORIES["weekday"]


def test_members_are_told_from_others() -> None:
    assert is_member(WEEKDAYS, " monday. ")
    assert not is_member(WEEKDAYS, "March")
    assert not is_member(WEEKDAYS, "Monday or Tuesday")


def test_lists_need_four_different_members() -> None:
    assert is_true_list(WEEKDAYS, "Monday, Friday, Sunday and Tuesday.")
    assert is_true_list(WEEKDAYS, "1. Monday\n2. Friday\n3. Sunday\n4. Tuesday")
    assert not is_true_list(WEEKDAYS, "Monday, Friday, Sunday, Monday")
    assert not is_true_list(WEEKDAYS, "Monday, Friday, Sunday")
    assert not is_true_list(WEEKDAYS, "Monday, Friday, Sunday, March")


def test_the_strict_layout() -> None:
    question = (
        "Question: q?\nA. a\nB. b\nC. c\nD. d\nCorrect Answer: C\nExplanation: because it is."
    )
    match = STRICT_QUESTION.fullmatch(question)
    assert match is not None
    assert match.group(1) == "C"
    assert STRICT_QUESTION.fullmatch(question.replace("Answer: C", "Answer: E")) is None
    assert STRICT_QUESTION.fullmatch(question.replace("\nB. b", "")) is None


def test_raw_numbers_stand_for_published_prompts() -> None:
    tokenizer = tiny_tokenizer("chatml")
    distribution = split_distributions("held_out_families")[0]
    ids = RawNumbers(tokenizer).prompt_ids(distribution.prompt())
    assert tokenizer.decode(list(ids)) == raw_prompt(distribution) + "\n"
