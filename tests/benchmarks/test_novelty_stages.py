import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from aleator.benchmarks.novelty_judges import GivenAnswer, partition_judge, scorer
from aleator.benchmarks.novelty_sets import NoveltyPrompt
from aleator.benchmarks.novelty_stages import (
    Sampling,
    generate,
    given_answers,
    in_order,
    partition,
    score,
    stage_log,
)
from aleator.errors import ConfigurationChangedError
from aleator.files import RowLog
from aleator.sampling.draws import Answer, AnswerSource, Draws
from aleator.sampling.local import LocalSampler
from tests.number_model import number_format, number_model, number_tokenizer

PROMPTS = [NoveltyPrompt("mine", place, f"p{place}", f"Pick {place}.") for place in range(20)]


def nothing() -> None:
    """Nobody watches."""


def nobody() -> AnswerSource:
    raise AssertionError("nothing is left to draw")


def source() -> AnswerSource:
    return LocalSampler(number_model(), number_tokenizer(), number_format(), max_new_tokens=6)


SAMPLING = Sampling(source, draws=4, seed=3)


def generated(out: Path, prompts: list[NoveltyPrompt] = PROMPTS) -> RowLog:
    log = stage_log(out, "generations")
    generate(SAMPLING, prompts, log, nothing)
    return log


def test_the_order_of_draws_is_uniform() -> None:
    """Every order of the multiset a, a, b, c is equally likely, as it is for draws one by one."""
    draws = Draws((Answer("a", 2, False), Answer("b", 1, False), Answer("c", 1, True)), 3, 9)
    rng = np.random.default_rng(0)
    found = Counter("".join(one.text for one in in_order(draws, rng)) for _ in range(6000))
    orders = {"".join(order) for order in itertools.permutations("aabc")}
    assert set(found) == orders and len(orders) == 12
    assert stats.chisquare(list(found.values())).pvalue > 0.001  # 1 in 1,000 seeds would fail
    assert GivenAnswer("c", True) in in_order(draws, rng)


def test_draws_one_by_one_have_the_same_distribution() -> None:
    """The first answer of a shuffled lot against a lone draw: two samples of one distribution."""
    sampler = LocalSampler(number_model(), number_tokenizer(), number_format(), max_new_tokens=1)
    rng = np.random.default_rng(1)
    lots = sampler.draw(["Pick."] * 1500, 4, 5)
    firsts = Counter(in_order(lot, rng)[0].text for lot in lots)
    lone = Counter(a.text for d in sampler.draw(["Pick."] * 1500, 1, 6) for a in d.answers)
    common = [text for text in firsts | lone if firsts[text] + lone[text] >= 20]
    table = [[counts[text] for text in common] for counts in (firsts, lone)]
    assert len(common) >= 3
    assert stats.chi2_contingency(table).pvalue > 0.001


def test_rows_of_answers(tmp_path: Path) -> None:
    log = generated(tmp_path)
    assert list(log.done) == [prompt.key for prompt in PROMPTS]
    assert log.complete and log.path == tmp_path / "rows" / "novelty.generations.jsonl"
    for prompt in PROMPTS:
        row = log.done[prompt.key]
        assert row["prompt"] == prompt.text and row["set"] == "mine"
        answers = given_answers(row)
        (draws,) = source().draw_each([prompt.text], 4, 3, [prompt.stream])
        expected = Counter({(a.text, a.truncated): a.count for a in draws.answers})
        assert Counter((one.text, one.truncated) for one in answers) == expected


def test_answers_do_not_depend_on_the_other_prompts(tmp_path: Path) -> None:
    whole, part = generated(tmp_path / "a"), generated(tmp_path / "b", PROMPTS[3:5])
    for prompt in PROMPTS[3:5]:
        assert part.done[prompt.key] == whole.done[prompt.key]


def test_a_finished_stage_draws_nothing(tmp_path: Path) -> None:
    generated(tmp_path)
    log = stage_log(tmp_path, "generations")
    generate(Sampling(nobody, 4, 3), PROMPTS, log, nothing)
    assert len(log.done) == len(PROMPTS)


def test_rows_of_other_prompts_are_refused(tmp_path: Path) -> None:
    generated(tmp_path, PROMPTS[:3])
    changed = [*PROMPTS[:2], NoveltyPrompt("mine", 2, "p2", "Pick another.")]
    with pytest.raises(ConfigurationChangedError, match="answers a prompt 'mine/p2' that is not"):
        generate(SAMPLING, changed, stage_log(tmp_path, "generations"), nothing)
    with pytest.raises(ConfigurationChangedError, match="does not answer 'mine/p3'"):
        generate(SAMPLING, PROMPTS[:4], stage_log(tmp_path, "generations"), nothing)


class OneShort:
    """Gives a draw fewer than asked for, as a broken source might."""

    def draw_each(
        self, prompts: Sequence[str], draws: int, seed: int, streams: Sequence[int] | None = None
    ) -> Iterator[Draws]:
        return source().draw_each(prompts, draws - 1, seed, streams)


def test_missing_draws_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3 draws of 'mine/p0', not 4"):
        generate(Sampling(OneShort, 4, 3), PROMPTS, stage_log(tmp_path, "generations"), nothing)


def test_classes_and_ratings(tmp_path: Path) -> None:
    generations = generated(tmp_path)
    classes, ratings = stage_log(tmp_path, "partition-rule"), stage_log(tmp_path, "scores-validity")
    partition(partition_judge("rule"), PROMPTS, generations, classes, nothing)
    score(scorer("validity"), PROMPTS, generations, ratings, nothing)
    rated: set[int] = set()
    for prompt in PROMPTS:
        answers = given_answers(generations.done[prompt.key])
        found = classes.done[prompt.key]["classes"]
        assert isinstance(found, list)
        for i, one in enumerate(answers):
            for j, other in enumerate(answers):
                if one.text.strip(" .") == other.text.strip(" ."):
                    assert found[i] == found[j]
        expected = [10 if a.text.strip(" .-") and not a.truncated else 1 for a in answers]
        assert ratings.done[prompt.key]["ratings"] == expected
        assert ratings.done[prompt.key]["rewards"] is None
        rated |= set(expected)
    assert rated == {1, 10}  # or nothing was compared


@pytest.mark.parametrize("stage", ["partition", "score"])
def test_judgements_of_other_answers_are_refused(tmp_path: Path, stage: str) -> None:
    def judge(generations: RowLog, log: RowLog) -> None:
        if stage == "partition":
            partition(partition_judge("rule"), PROMPTS[:2], generations, log, nothing)
        else:
            score(scorer("validity"), PROMPTS[:2], generations, log, nothing)

    judge(generated(tmp_path, PROMPTS[:2]), stage_log(tmp_path, stage))
    (tmp_path / "rows" / "novelty.generations.jsonl").unlink()
    others = stage_log(tmp_path, "generations")
    generate(Sampling(source, draws=4, seed=4), PROMPTS[:2], others, nothing)
    with pytest.raises(ConfigurationChangedError, match="judges other answers to 'mine/p0'"):
        judge(others, stage_log(tmp_path, stage))


def test_ratings_of_another_list_of_answers_are_refused(tmp_path: Path) -> None:
    generations = generated(tmp_path, PROMPTS[:1])
    score(scorer("validity"), PROMPTS[:1], generations, stage_log(tmp_path, "s"), nothing)
    listed = [NoveltyPrompt("mine", 0, "p0", "Pick 0.", ("0",))]
    with pytest.raises(ConfigurationChangedError, match="judges other answers"):
        score(scorer("validity"), listed, generations, stage_log(tmp_path, "s"), nothing)
