from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.sampling.draws import Answer, Draws
from aleator.sampling.seed_of_thought import SYSTEM, SeedOfThought, Wording, extract_answer
from tests.number_model import number_format, number_model, number_tokenizer
from tests.sampling.scripted import Script, output_draws

WHOLE = (
    "<random_string>q8#Lz0</random_string>\n<thinking>The sum is 5.</thinking>\n"
    "<answer>4.20</answer>"
)


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (WHOLE, "4.20"),
        ("<answer>4</answer>", "4"),
        ("<answer>\n  two words\n</answer>\nand more", "two words"),
        ("<answer>two\nlines</answer>", "two\nlines"),
        ("<answer>a < b > c</answer>", "a < b > c"),
        ("<thinking>unclosed <answer>4</answer>", "4"),
        ("", None),
        ("4", None),
        ("<answer>4", None),
        ("4</answer>", None),
        ("</answer>4<answer>", None),
        ("<answer></answer>", None),
        ("<answer> \n </answer>", None),
        ("<answer>4</answer><answer>4</answer>", None),
        ("<answer><answer>4</answer>", None),
        ("<answer>4</answer></answer>", None),
        ("<answer><answer>4</answer></answer>", None),
        ("<answer><thinking>4</thinking></answer>", None),
        ("<answer>4</thinking></answer>", None),
        ("<thinking>I write <answer> next</thinking><answer>4</answer>", None),
        ("<Answer>4</Answer>", None),
        ("<answer >4</answer>", None),
    ],
)
def test_extraction(output: str, answer: str | None) -> None:
    assert extract_answer(output) == answer


_text = st.text().filter(lambda text: not any(tag in text for tag in ("answer>", "thinking>")))


@given(before=_text, after=_text, left=st.sampled_from(["", " ", "\n\t"]), answer=_text)
def test_what_is_put_in_comes_out(before: str, after: str, left: str, answer: str) -> None:
    found = extract_answer(f"{before}<answer>{left}{answer}{left}</answer>{after}")
    assert found == (answer.strip() or None)


_pieces = st.lists(st.sampled_from(["<answer>", "</answer>", "<", "4", " ", "<thinking>"]))


@given(_pieces.map("".join))
def test_nothing_but_one_pair_gives_an_answer(output: str) -> None:
    answer = extract_answer(output)
    one_pair = output.count("<answer>") == output.count("</answer>") == 1
    assert answer is None or one_pair
    if answer is not None:
        assert answer == answer.strip() != "" and answer in output


def test_answers_are_merged_and_what_failed_is_counted() -> None:
    outputs = output_draws(
        {
            "<answer>7</answer>": 3,
            "<thinking>…</thinking><answer> 7 </answer>": 2,
            "<answer>8</answer> and then it went on…": 1,
            "7": 4,
            "<answer>7…": 5,
        },
        written_tokens=900,
    )
    script = Script({"Pick": outputs})
    (drawn,) = SeedOfThought(script, "distribution", room=77).draw_each(["Pick"], 15, 3, [8])
    assert drawn == Draws(
        (
            Answer("", 5, truncated=True),
            Answer("7", 5, truncated=False),
            Answer("", 4, truncated=False),
            Answer("8", 1, truncated=False),
        ),
        None,
        written_tokens=900,
        invalid=9,
    )
    assert drawn.count == 15
    assert script.asked == [(("Pick",), 15, 3, (8,))]
    assert script.max_new_tokens == 77 and script.temperature == 1.0
    assert script.system == SYSTEM["distribution"]


@pytest.mark.parametrize("wording", get_args(Wording))
def test_a_system_message_shows_every_tag_and_no_answer(wording: Wording) -> None:
    system = SYSTEM[wording]
    for tag in ("random_string", "thinking", "answer"):
        assert system.count(f"<{tag}>") == system.count(f"</{tag}>") == 1
    assert "{" not in system
    assert SYSTEM["distribution"] != SYSTEM["diverse"]


def test_a_model_that_cannot_do_it() -> None:
    """The number model knows no tags: every draw is invalid, and paid for."""
    model = AnsweringModel(number_model(stop_bias=8.0), number_tokenizer(), number_format())
    source = SeedOfThought(Subject.local(model).answers, "diverse", room=12)
    for drawn in source.draw_each(["Pick a number.", "Go"], 40, seed=1):
        assert {answer.text for answer in drawn.answers} == {""}
        assert drawn.invalid == drawn.count == 40
        assert 40 <= drawn.written_tokens <= 40 * 12
