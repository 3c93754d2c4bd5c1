"""`aleator sample`: the chart's numbers and the command on a tiny model."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.cli.app import run
from aleator.cli.sample import AnswerSummary, bar, stripped_counts
from aleator.sampling.draws import Answer, Draws
from tests.tiny_models import tiny_model, tiny_tokenizer

DRAWS = Draws(
    (Answer("7", 50, False), Answer(" 7", 25, False), Answer("x", 25, True)),
    forward_tokens=3,
    written_tokens=175,
)


def test_a_summary_counts_answers_white_space_aside() -> None:
    assert stripped_counts(DRAWS) == {"7": 75, "x": 25}
    summary = AnswerSummary.of(DRAWS)
    assert (summary.draws, summary.distinct, summary.truncated) == (100, 2, 25)
    assert summary.top_share == summary.numbers == 0.75
    assert summary.effective == pytest.approx(1.7547653506033136)  # exp(H(3/4, 1/4))
    assert summary.sentence() == (
        "100 draws, 2 different answers · effective number 1.75 · most frequent 75.0% · "
        "numbers 75.0% · cut off 25"
    )


@given(st.floats(0, 1), st.floats(0, 1))
def test_bars_grow_with_their_share(one: float, other: float) -> None:
    low, high = sorted((one, other))
    eighths = {character: place for place, character in enumerate(" ▏▎▍▌▋▊▉█")}
    lengths = [sum(eighths[character] for character in bar(share, 10)) for share in (low, high)]
    assert lengths[0] <= lengths[1] <= 80
    assert (lengths[1] > 0) == (high > 0)
    assert abs(lengths[1] - high * 80) <= 1


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_model("qwen3", "sdpa").save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    return str(folder)


def test_json_holds_every_answer(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sample", model, "Pick a number.", "-n", "30", "--max-new-tokens", "3"]
    assert run([*arguments, "--json", "--seed", "4"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert sum(answer["count"] for answer in printed["answers"]) == printed["draws"] == 30
    assert printed["prompt"] == "Pick a number." and printed["seed"] == 4
    assert run([*arguments, "--json", "--seed", "4"]) == 0
    assert json.loads(capsys.readouterr().out) == printed


def test_a_person_sees_bars_and_one_line(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sample", model, "Go", "-n", "40", "--max-new-tokens", "2", "--top", "3"]) == 0
    printed = capsys.readouterr().out
    assert "█" in printed and "others" in printed
    assert "40 draws" in printed and "effective number" in printed


def test_a_model_without_a_chat_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_model("qwen3", "sdpa").save_pretrained(tmp_path)
    tiny_tokenizer("none").save_pretrained(tmp_path)
    assert run(["sample", str(tmp_path), "Go"]) == 2
    assert "has no chat template" in " ".join(capsys.readouterr().err.split())


def test_a_prompt_longer_than_the_model(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sample", model, "Pick a number. " * 99]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "the prompt 'Pick a number. Pick" in told and "has positions for 512" in told
