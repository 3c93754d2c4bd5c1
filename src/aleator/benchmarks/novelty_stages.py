"""NoveltyBench's three stages, each with a file of rows of its own: generate, partition, score.

``rows/novelty.generations.jsonl`` holds the answers, ``rows/novelty.partition-JUDGE.jsonl`` their
classes, ``rows/novelty.scores-SCORER.jsonl`` a rating of *every* answer, so that ratings do not
depend on the partition: another judge or scorer adds a file and leaves the others alone. A row of a
later stage names the answers it judged by a digest; if they are not those at hand it is refused.

A source of answers gives the draws of a prompt as distinct texts with counts, but utility needs
them in order. Draws are independent and equally distributed, so that given the counts every order
is equally likely: a seeded shuffle gives exactly the distribution of answers drawn one by one.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from aleator.benchmarks.novelty_judges import GivenAnswer, Judge, Rate
from aleator.benchmarks.novelty_sets import NoveltyPrompt
from aleator.errors import ConfigurationChangedError
from aleator.evaluation.partition import Same, greedy_partition
from aleator.files import JsonValue, Row, RowLog
from aleator.sampling.draws import AnswerSource, Draws

BATCH_PROMPTS = 16
"""Prompts whose answers are drawn together and kept together."""

_SHUFFLE = 1  # apart from the sampler's own generators, which are seeded by (seed, stream)


def stage_log(out: Path, stage: str) -> RowLog:
    """The rows of one stage.

    Raises:
        InputError: What lies there is no log.
        OutputError: The place cannot be written.
    """
    return RowLog(out / "rows" / f"novelty.{stage}.jsonl", "key")


def in_order(draws: Draws, rng: np.random.Generator) -> list[GivenAnswer]:
    """The draws one by one, in a random order."""
    every = [
        GivenAnswer(answer.text, answer.truncated)
        for answer in draws.answers
        for _ in range(answer.count)
    ]
    return [every[place] for place in rng.permutation(len(every))]


@dataclass(frozen=True)
class Sampling:
    """How answers are drawn.

    Attributes:
        source: Makes their source; called when there is something to draw.
        draws: How many a prompt.
        seed: Of the draws and their order.
    """

    source: Callable[[], AnswerSource]
    draws: int
    seed: int


def generate(
    sampling: Sampling,
    prompts: Sequence[NoveltyPrompt],
    log: RowLog,
    advance: Callable[[], None],
) -> None:
    """Draw the answers that are not there yet.

    Raises:
        ConfigurationChangedError: The rows there are those of other prompts.
        OutputError: A row cannot be written.
    """
    _check_prompts(log, prompts)
    source = cache(sampling.source)
    for start in range(0, len(prompts), BATCH_PROMPTS):
        batch = prompts[start : start + BATCH_PROMPTS]
        pending = [prompt for prompt in batch if prompt.key not in log.done]
        if not pending:
            continue
        texts, streams = [one.text for one in pending], [one.stream for one in pending]
        drawn = source().draw_each(texts, sampling.draws, sampling.seed, streams)
        for prompt, one in zip(pending, drawn, strict=True):
            if one.count != sampling.draws:
                raise ValueError(f"{one.count} draws of {prompt.key!r}, not {sampling.draws}")
            rng = np.random.default_rng([sampling.seed, prompt.stream, _SHUFFLE])
            answers = in_order(one, rng)
            log.append(_generation_row(prompt, answers, one))
            advance()
    log.finish()


def partition(
    judge: Judge[Same],
    prompts: Sequence[NoveltyPrompt],
    generations: RowLog,
    log: RowLog,
    advance: Callable[[], None],
) -> None:
    """Put the answers of each prompt into classes, where that is not done yet.

    Raises:
        ConfigurationChangedError: The rows there are those of other answers.
        ModelError: The judge cannot be loaded.
        OutputError: A row cannot be written.
    """
    load = cache(judge.load)

    def classes(prompt: NoveltyPrompt) -> Row:
        texts = [answer.text for answer in given_answers(generations.done[prompt.key])]
        return {"classes": greedy_partition(texts, load())}

    def digest(prompt: NoveltyPrompt) -> str:
        return _digest(generations.done[prompt.key]["answers"])

    _judge_each(prompts, digest, classes, log, advance)


def score(
    judge: Judge[Rate],
    prompts: Sequence[NoveltyPrompt],
    generations: RowLog,
    log: RowLog,
    advance: Callable[[], None],
) -> None:
    """Rate every answer, where that is not done yet.

    Raises:
        ConfigurationChangedError: The rows there are those of other answers.
        ModelError: The scorer cannot be loaded, or gives no numbers.
        OutputError: A row cannot be written.
    """
    load = cache(judge.load)

    def ratings(prompt: NoveltyPrompt) -> Row:
        found = load()(prompt, given_answers(generations.done[prompt.key]))
        return {"ratings": found.ratings, "rewards": found.rewards}

    def digest(prompt: NoveltyPrompt) -> str:
        return _digest([generations.done[prompt.key]["answers"], prompt.text, prompt.valid])

    _judge_each(prompts, digest, ratings, log, advance)


def given_answers(row: Row) -> list[GivenAnswer]:
    """The answers in a row of generations, in their order."""
    answers = row["answers"]
    assert isinstance(answers, Sequence)
    found = []
    for answer in answers:
        assert isinstance(answer, dict)
        found.append(GivenAnswer(str(answer["text"]), answer["truncated"] is True))
    return found


def _judge_each(
    prompts: Sequence[NoveltyPrompt],
    digest: Callable[[NoveltyPrompt], str],
    judged: Callable[[NoveltyPrompt], Row],
    log: RowLog,
    advance: Callable[[], None],
) -> None:
    """Append a row a prompt, with what was judged and the digest of what it was judged from."""
    for prompt in prompts:
        answers = digest(prompt)
        if prompt.key not in log.done:
            log.append({"key": prompt.key, "answers": answers, **judged(prompt)})
            advance()
        elif log.done[prompt.key]["answers"] != answers:
            raise ConfigurationChangedError(
                f"{log.path} judges other answers to {prompt.key!r} than those at hand; remove it, "
                "or choose another --out"
            )
    log.finish()


def _check_prompts(log: RowLog, prompts: Sequence[NoveltyPrompt]) -> None:
    asked = {prompt.key: prompt.text for prompt in prompts}
    for key, row in log.done.items():
        if asked.get(key) != row["prompt"]:
            raise ConfigurationChangedError(
                f"{log.path} answers a prompt {key!r} that is not, or no longer, in the prompts at "
                "hand; choose another --out"
            )
    if log.complete and len(log.done) < len(asked):
        missing = next(key for key in asked if key not in log.done)
        raise ConfigurationChangedError(
            f"{log.path} is finished, but does not answer {missing!r}; choose another --out"
        )


def _generation_row(
    prompt: NoveltyPrompt, answers: Sequence[GivenAnswer], draws: Draws
) -> dict[str, JsonValue]:
    return {
        "key": prompt.key,
        "set": prompt.set_name,
        "id": prompt.id,
        "prompt": prompt.text,
        "answers": [{"text": one.text, "truncated": one.truncated} for one in answers],
        "forward_tokens": draws.forward_tokens,
        "written_tokens": draws.written_tokens,
    }


def _digest(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
