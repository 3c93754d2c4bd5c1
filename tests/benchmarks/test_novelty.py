"""The whole benchmark on tiny models: one that answers with numbers, and tiny judges."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.benchmarks.novelty import NoveltySettings, novelty_prompts, run_novelty
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import InputError, UnknownNameError
from aleator.files import JsonValue, read_rows
from aleator.metrics.utility import earned, utility
from aleator.sampling.draws import AnswerSource
from tests.number_model import number_format, number_model, number_tokenizer
from tests.tiny_judges import (
    pair_classifier,
    pair_tokenizer,
    reward_model,
    reward_tokenizer,
    saved,
)

SMALL = NoveltySettings(limit=6, draws=5, seed=2, max_new_tokens=8)
GENERATIONS, PARTITION, SCORES = (
    f"novelty.{stage}.jsonl" for stage in ("generations", "partition-rule", "scores-validity")
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject.local(AnsweringModel(number_model(), number_tokenizer(), number_format()))


def _refuse(
    max_new_tokens: int, *, system: str | None = None, temperature: float = 1.0
) -> AnswerSource:
    raise AssertionError("nothing is left to draw")


NOBODY = Subject(_refuse, None)


@pytest.fixture(scope="module")
def evaluated(
    subject: Subject, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, JsonValue]]:
    out = tmp_path_factory.mktemp("evaluation")
    return out, run_novelty(subject, SMALL, out)


def _copied(out: Path, to: Path, *names: str) -> Path:
    (to / "rows").mkdir()
    for name in names:
        (to / "rows" / name).write_bytes((out / "rows" / name).read_bytes())
    return to


def test_the_schema(evaluated: tuple[Path, dict[str, JsonValue]]) -> None:
    out, result = evaluated
    bench = json.loads(json.dumps(result, allow_nan=False))
    assert bench["partition"] == "rule" and bench["partition_weights"] is None
    assert bench["scorer"] == "validity" and bench["scorer_weights"] is None
    assert bench["published_judges"] is False
    assert (bench["limit"], bench["draws"], bench["seed"]) == (6, 5, 2)
    assert bench["max_new_tokens"] == 8 and bench["file"] is None
    assert list(bench["sets"]) == ["sandbox"]
    figures = bench["sets"]["sandbox"]
    assert figures["prompts"] == 6 and sum(figures["distinct_counts"]) == 6
    assert 1 <= figures["distinct"]["value"] <= 5 and 0 < figures["utility"]["value"] <= 10
    keys = [prompt.key for prompt in novelty_prompts(SMALL)]
    for name in (GENERATIONS, PARTITION, SCORES):
        assert [row["key"] for row in read_rows(out / "rows" / name)] == keys


def test_figures_from_the_rows(evaluated: tuple[Path, dict[str, JsonValue]]) -> None:
    out, result = evaluated
    found = json.loads(json.dumps(result))["sets"]["sandbox"]
    rows = [json.loads(json.dumps(read_rows(out / "rows" / n))) for n in (PARTITION, SCORES)]
    worths = [utility(earned(c["classes"], r["ratings"])) for c, r in zip(*rows, strict=True)]
    assert found["by_prompt"]["utility"] == worths
    assert found["distinct"]["value"] == pytest.approx(
        sum(len(set(row["classes"])) for row in rows[0]) / 6
    )


def test_changing_judges_draws_nothing(
    evaluated: tuple[Path, dict[str, JsonValue]], tmp_path: Path
) -> None:
    out, _ = evaluated
    _copied(out, tmp_path, GENERATIONS, PARTITION, SCORES)
    paths = [tmp_path / "rows" / name for name in (GENERATIONS, PARTITION, SCORES)]
    before = [(path.stat().st_mtime_ns, path.read_bytes()) for path in paths]
    reward = saved(reward_model(), reward_tokenizer(), tmp_path / "reward")
    pairs = saved(pair_classifier(), pair_tokenizer(), tmp_path / "pairs")
    rated = run_novelty(NOBODY, replace(SMALL, scorer=reward), tmp_path)
    assert rated["partition"] == "rule" and rated["scorer"] == reward
    both = run_novelty(NOBODY, replace(SMALL, scorer=reward, partition=pairs), tmp_path)
    assert both["partition"] == pairs and both["published_judges"] is False
    assert [(path.stat().st_mtime_ns, path.read_bytes()) for path in paths] == before
    names = {path.name for path in (tmp_path / "rows").iterdir()}
    added = {
        f"novelty.scores-reward-{str(both['scorer_weights'])[:12]}.jsonl",
        f"novelty.partition-pairs-{str(both['partition_weights'])[:12]}.jsonl",
    }
    assert names == {GENERATIONS, PARTITION, SCORES} | added
    assert run_novelty(NOBODY, SMALL, tmp_path) == evaluated[1]


@pytest.mark.parametrize("kept", [(), (GENERATIONS,), (GENERATIONS, PARTITION)])
def test_a_run_killed_between_stages(
    subject: Subject,
    evaluated: tuple[Path, dict[str, JsonValue]],
    tmp_path: Path,
    kept: tuple[str, ...],
) -> None:
    """What is there is taken as it is; the stage it was killed in goes on where it stopped."""
    out, result = evaluated
    _copied(out, tmp_path, *kept)
    killed = (GENERATIONS, PARTITION, SCORES)[len(kept)]
    lines = (out / "rows" / killed).read_text().splitlines(keepends=True)
    partial = tmp_path / "rows" / f"{killed}.partial"
    partial.write_text("".join(lines[:2]) + lines[2][:15])  # within a row
    seen: list[tuple[int, int]] = []
    again = run_novelty(
        NOBODY if kept else subject, SMALL, tmp_path, lambda *state: seen.append(state)
    )
    assert again == result
    assert seen[0] == (6 * len(kept) + 2, 18) and seen[-1] == (18, 18)
    for name in (GENERATIONS, PARTITION, SCORES):
        assert (tmp_path / "rows" / name).read_bytes() == (out / "rows" / name).read_bytes()


def test_a_file_of_ones_own(subject: Subject, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "a", "prompt": "Pick a number.", "valid": []}\n')
    settings = replace(SMALL, file=path, sets=())
    result = run_novelty(subject, settings, tmp_path)
    bench = json.loads(json.dumps(result))
    assert list(bench["sets"]) == ["mine"] and bench["file"] == "mine.jsonl"
    assert bench["sets"]["mine"]["mean_rating"]["value"] == 1  # nothing is right
    assert settings.as_json()["sets"] == []


def test_judges_are_no_part_of_what_decides_the_answers() -> None:
    """So that the record of an evaluation lets them change."""
    assert replace(SMALL, scorer="other", partition="another").as_json() == SMALL.as_json()


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"draws": 0}, {"max_new_tokens": 0}])
def test_settings_without_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        novelty_prompts(replace(SMALL, **wrong))


def test_unknown_sets_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown prompt set 'curatd'"):
        novelty_prompts(replace(SMALL, sets=("curatd",)))
    with pytest.raises(InputError, match="no prompt set was given"):
        novelty_prompts(replace(SMALL, sets=()))


def test_sets_named_twice_are_asked_once() -> None:
    assert len(novelty_prompts(replace(SMALL, sets=("sandbox", "sandbox")))) == 6
