import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.sampling.draws import Draws
from aleator.sampling.verbalized import (
    StatedAnswers,
    VerbalizedSampling,
    parse_stated,
    system_message,
)
from tests.number_model import number_format, number_model, number_tokenizer
from tests.sampling.scripted import Script, output_draws


@pytest.mark.parametrize(
    ("output", "stated"),
    [
        ("0.5 | a\n0.5 | b", [("a", 0.5), ("b", 0.5)]),
        ("1 | a", [("a", 1.0)]),
        (".25|a\n\n  0.25  |  b b \r\n", [("a", 0.5), ("b b", 0.5)]),
        ("0.3 | a\n0.3 | a\n0.6 | b", [("a", 0.25), ("a", 0.25), ("b", 0.5)]),
        ("0 | a\n1.0 | b | c", [("a", 0.0), ("b | c", 1.0)]),
        ("0.9 | -1.5\n0.9 | 2", [("-1.5", 0.5), ("2", 0.5)]),
        ("", None),
        ("\n \n", None),
        ("Here you are:\n1 | a", None),
        ("0.5 | a\n0.5 |", None),
        ("0.5 | a\n0.5 |  ", None),
        ("0.5 | a\nb", None),
        ("0.5 | a\n| b", None),
        ("a | 0.5", None),
        ("1. 0.5 | a", None),
        ("50% | a", None),
        ("-0.5 | a", None),
        ("1.5 | a", None),
        ("2 | a", None),
        ("1e-1 | a", None),
        ("nan | a", None),
        (". | a", None),
        ("0 | a\n0.0 | b", None),
        ("0.1 | a\n0.2 | b\n0.3 | c\n0.4 | d", None),
    ],
)
def test_the_layout(output: str, stated: list[tuple[str, float]] | None) -> None:
    """At most three answers are asked for."""
    found = parse_stated(output, 3)
    if stated is None:
        assert found is None
    else:
        assert found is not None
        assert list(found.texts) == [text for text, _ in stated]
        assert found.probabilities == pytest.approx([p for _, p in stated], abs=1e-12)


_answer = st.text(min_size=1).filter(lambda text: text == text.strip() and "\n" not in text)
_lines = st.lists(st.tuples(st.integers(0, 1000), _answer), min_size=1, max_size=6)


@given(_lines)
def test_a_written_list_is_read_back(lines: list[tuple[int, str]]) -> None:
    output = "\n".join(f"{weight / 1000:.3f} | {text}" for weight, text in lines)
    found = parse_stated(output, 6)
    total = sum(weight for weight, _ in lines)
    if total == 0:
        assert found is None
    else:
        expected = tuple(weight / total for weight, _ in lines)
        assert found is not None and found.texts == tuple(text for _, text in lines)
        assert found.probabilities == pytest.approx(expected)


@given(st.text(alphabet="01.|ab \n"))
def test_whatever_is_read_is_a_distribution(output: str) -> None:
    found = parse_stated(output, 4)
    if found is not None:
        assert isinstance(found, StatedAnswers) and 1 <= len(found.texts) <= 4
        assert sum(found.probabilities) == pytest.approx(1.0)
        assert all(text.strip() for text in found.texts)


def _counts(draws: Draws) -> dict[str, int]:
    return {answer.text: answer.count for answer in draws.answers}


def test_draws_follow_what_is_stated() -> None:
    """Two lists, one stated three times as often; 20,000 draws, seeded, p above 0.001."""
    lists = output_draws({"0.6 | a\n0.2 | b": 3000, "0.5 | b\n0.1 | c\n0.4 | a": 1000})
    source = VerbalizedSampling(Script({"Pick": lists}), 8)
    (drawn,) = source.draw_each(["Pick"], 20_000, seed=4)
    expected = {
        "a": 15_000 * 0.75 + 5_000 * 0.4,
        "b": 15_000 * 0.25 + 5_000 * 0.5,
        "c": 5_000 * 0.1,
    }
    found = _counts(drawn)
    assert drawn.count == 20_000 and drawn.invalid == 0
    # Fixed shares of the lists make the variance a little smaller than chi-square's.
    p = stats.chisquare([found[one] for one in expected], list(expected.values()))[1]
    assert p > 1e-3


def test_an_unreadable_list_costs_its_draws() -> None:
    lists = output_draws({"1 | a": 6, "I would say a": 3, "0.5 | a\n0.5 | b…": 1}, 500)
    script = Script({"Pick": lists, "Go": output_draws({"1 | b": 10}, 70)})
    source = VerbalizedSampling(script, 20, answers=4, draws_per_asking=3)
    drawn, other = source.draw_each(["Pick", "Go"], 30, 5, [2, 3])
    assert [(one.text, one.count, one.truncated) for one in drawn.answers] == [
        ("a", 18, False),
        ("", 9, False),
        ("", 3, True),
    ]
    assert drawn.invalid == 12 and drawn.written_tokens == 500
    assert other.invalid == 0 and other.written_tokens == 70
    assert script.asked == [(("Pick", "Go"), 10, 5, (2, 3))]
    assert script.max_new_tokens == 4 * (20 + 16) and script.system == system_message(4)


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(0, 9),
)
def test_as_many_draws_as_wanted(lists: list[int], each: int, fewer: int, seed: int) -> None:
    draws = sum(lists) * each - min(fewer, each - 1)
    outputs = output_draws({f"1 | {place}": count for place, count in enumerate(lists)})
    script = Script({"Pick": outputs})
    (drawn,) = VerbalizedSampling(script, 8, draws_per_asking=each).draw_each(["Pick"], draws, seed)
    assert script.asked[0][1] == sum(lists)
    assert drawn.count == draws
    for place, count in enumerate(lists):
        assert (count - 1) * each < _counts(drawn)[str(place)] <= count * each


def test_the_short_asking_is_any() -> None:
    """9 and 1 askings of 2 draws, 19 wanted: the second list gives one draw in a tenth of cases."""
    script = Script({"Pick": output_draws({"1 | a": 9, "1 | b": 1})})
    source = VerbalizedSampling(script, 8, draws_per_asking=2)
    short = 0
    for seed in range(1000):
        (drawn,) = source.draw_each(["Pick"], 19, seed)
        short += _counts(drawn)["b"] == 1
    assert stats.binomtest(short, 1000, 0.1).pvalue > 1e-3


def test_draws_depend_on_seed_and_stream_alone() -> None:
    lists = output_draws({"0.1 | a\n0.2 | b\n0.7 | c": 40})
    source = VerbalizedSampling(Script({"Pick": lists, "Go": lists}), 8)
    together = list(source.draw_each(["Pick", "Go"], 200, 1))
    assert list(source.draw_each(["Go"], 200, 1, [1])) == together[1:]
    assert together[0] != together[1]
    assert list(source.draw_each(["Pick"], 200, 2)) != together[:1]


def test_a_model_that_cannot_do_it() -> None:
    model = AnsweringModel(number_model(stop_bias=8.0), number_tokenizer(), number_format())
    source = VerbalizedSampling(Subject.local(model).answers, 4, answers=2)
    (drawn,) = source.draw_each(["Pick a number."], 20, seed=1)
    assert drawn.invalid == drawn.count == 20
    assert _counts(drawn) == {"": 20} or {one.text for one in drawn.answers} == {""}
    assert 4 <= drawn.written_tokens <= 4 * 2 * (4 + 16)


def test_draws_of_one_asking_are_all_of_one_list(rng: np.random.Generator) -> None:
    lists = output_draws({f"1 | {place}": 1 for place in range(10)})
    source = VerbalizedSampling(Script({"Pick": lists}), 8, draws_per_asking=7)
    (drawn,) = source.draw_each(["Pick"], 70, int(rng.integers(99)))
    assert set(_counts(drawn).values()) == {7}
