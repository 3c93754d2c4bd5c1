"""Facts are stated and asked consistently."""

import numpy as np
import pytest

from aleator.sandbox.knowledge import FACTS, Fact, question_and_answer, statements


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.subject}-{fact.answer}")
def test_a_fact_is_sound(fact: Fact) -> None:
    assert isinstance(fact.subject, str)
    assert isinstance(fact.answer, str)
    assert all("{x}" in text and "{y}" in text for text in fact.sentences)
    assert all("{x}" in text and "{y}" not in text for text in fact.questions)


def test_a_question_has_one_answer() -> None:
    answers: dict[str, set[str]] = {}
    for fact in FACTS:
        for question in fact.questions:
            answers.setdefault(question.format(x=fact.subject), set()).add(fact.answer)
    assert [question for question, known in answers.items() if len(known) > 1] == []


def test_questions_and_answers_come_from_the_table(rng: np.random.Generator) -> None:
    known = {
        (question.format(x=fact.subject), fact.answer)
        for fact in FACTS
        for question in fact.questions
    }
    assert all(question_and_answer(rng) in known for _ in range(500))


def test_statements_are_sentences(rng: np.random.Generator) -> None:
    for _ in range(500):
        text = statements(rng)
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert "{" not in text
