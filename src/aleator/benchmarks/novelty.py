"""NoveltyBench (arXiv 2504.05228): how many different good answers do ten draws give?

Ten answers a prompt at temperature 1, at most 512 tokens; a greedy partition into classes that say
the same; a rating of every answer; *distinct* is the number of classes, *utility* their worth to a
user who may stop reading (``metrics.utility``). Each stage keeps its rows (``novelty_stages``):
another judge or scorer draws nothing anew. ``result.json`` holds under ``bench.novelty``::

    {"partition": NAME, "partition_weights": str | null,   # "rule" or a model and its weights
     "scorer": NAME, "scorer_weights": str | null,         # "validity" or a model and its weights
     "published_judges": bool,            # both are the published models: comparable figures
     "sets": {SET: {
        "prompts": int,
        "distinct", "utility",            # {"value", "low", "high"}: means over prompts
        "mean_rating",                    # of all answers, those that earn nothing included
        "mean_words", "mean_tokens",      # length of an answer; tokens count the stop token
        "empty_rate", "truncated_rate",   # shares of answers
        "distinct_counts": [int, …],      # prompts with 1, 2, … classes
        "listed": {"prompts", "distinct", "utility", "mean_rating"} | null,
        "by_prompt": {"id": […], "distinct": […], "utility": […]},
        "examples": [{"id", "prompt", "answers": […], "classes": […], "scores": […],
                      "distinct", "utility"}, …]}},   # at most 40 prompts, long answers clipped
     "file", "limit", "draws", "seed", "max_new_tokens"}    # the settings

``listed`` is over the prompts that come with a list of right answers. With the validity scorer only
these tell spreading over right answers from damage: elsewhere it takes any finished text, and a
model that writes nonsense looks diverse.

Intervals are 95% bootstrap intervals over prompts. By default the prompts are our own small set and
the judges are rules, so that everything runs offline: such figures compare a model with itself
before and after, not with published ones.

Known limits: the model under test stays in memory beside a judge; the partition is version 1.0 of
the benchmark, whose classifier sees 128 tokens of an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aleator.benchmarks.kept_rows import Progress, no_progress
from aleator.benchmarks.novelty_judges import (
    RULE,
    VALIDITY,
    Judge,
    Rate,
    partition_judge,
    scorer,
)
from aleator.benchmarks.novelty_sets import (
    SANDBOX_SET,
    NoveltyPrompt,
    check_sets,
    read_file,
    read_set,
    spread,
)
from aleator.benchmarks.novelty_stages import (
    Sampling,
    generate,
    given_answers,
    partition,
    score,
    stage_log,
)
from aleator.benchmarks.novelty_summary import JudgedPrompt, summarise_set
from aleator.benchmarks.subject import Subject
from aleator.errors import InputError
from aleator.evaluation.pair_classifier import PUBLISHED_CLASSIFIER
from aleator.evaluation.partition import Same
from aleator.evaluation.reward import PUBLISHED_REWARD_MODEL
from aleator.files import JsonValue, Row

NAME = "novelty"


@dataclass(frozen=True)
class NoveltySettings:
    """What is measured, and by whom.

    Attributes:
        sets: Which prompts: "curated", "wildchat", "sandbox".
        file: Prompts of the user's own, asked instead of ``sets``.
        limit: At most so many a set, spread evenly over it; None for all.
        draws: Answers a prompt.
        seed: Of draws, their order and the bootstrap.
        max_new_tokens: Most tokens of an answer.
        partition: Who says what is the same: "rule", "published", a directory or a hub id.
        scorer: Who rates answers: "validity", "published", a directory or a hub id.
    """

    sets: tuple[str, ...] = (SANDBOX_SET,)
    file: Path | None = None
    limit: int | None = None
    draws: int = 10
    seed: int = 0
    max_new_tokens: int = 512
    partition: str = RULE
    scorer: str = VALIDITY

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the answers, for the record; judges have files of their own."""
        return {
            "sets": list(self.sets) if self.file is None else [],
            "file": None if self.file is None else self.file.name,
            "limit": self.limit,
            "draws": self.draws,
            "seed": self.seed,
            "max_new_tokens": self.max_new_tokens,
        }


def novelty_prompts(settings: NoveltySettings) -> list[NoveltyPrompt]:
    """The prompts that the settings ask for.

    Raises:
        InputError: The settings make no sense, or a set cannot be had.
    """
    for name, number in (("draws", settings.draws), ("max_new_tokens", settings.max_new_tokens)):
        if number < 1:
            raise InputError(f"{name}={number}: give at least 1")
    if settings.limit is not None and settings.limit < 1:
        raise InputError(f"limit={settings.limit}: evaluate at least 1 prompt a set")
    if settings.file is not None:
        return spread(read_file(settings.file), settings.limit)
    check_sets(settings.sets)
    names = dict.fromkeys(settings.sets)
    return [one for name in names for one in spread(read_set(name), settings.limit)]


def run_novelty(
    subject: Subject,
    settings: NoveltySettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Run the stages; rows already in ``out/rows/`` are not computed again.

    Args:
        subject: Who answers.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the rows done and all rows, three a prompt.

    Returns:
        What ``result.json`` holds under ``bench.novelty``.

    Raises:
        InputError: The settings make no sense, a set or a judge cannot be had, or the rows there
            are those of other prompts or answers.
        OutputError: The directory cannot be written.
    """
    prompts = novelty_prompts(settings)
    judge, rater = partition_judge(settings.partition), scorer(settings.scorer)
    generations = stage_log(out, "generations")
    classes = stage_log(out, f"partition-{judge.label}")
    ratings = stage_log(out, f"scores-{rater.label}")

    def advance_all() -> None:
        done = sum(len(log.done) for log in (generations, classes, ratings))
        advance(done, 3 * len(prompts))

    advance_all()
    sampling = Sampling(
        lambda: subject.answers(settings.max_new_tokens), settings.draws, settings.seed
    )
    generate(sampling, prompts, generations, advance_all)
    partition(judge, prompts, generations, classes, advance_all)
    score(rater, prompts, generations, ratings, advance_all)
    judged = [
        _judged(prompt, *(log.done[prompt.key] for log in (generations, classes, ratings)))
        for prompt in prompts
    ]
    return {**_judges(judge, rater), **settings.as_json(), "sets": _by_set(judged, settings)}


def _judges(judge: Judge[Same], rater: Judge[Rate]) -> dict[str, JsonValue]:
    published = (PUBLISHED_CLASSIFIER, PUBLISHED_REWARD_MODEL)
    return {
        "partition": judge.name,
        "partition_weights": judge.weights,
        "scorer": rater.name,
        "scorer_weights": rater.weights,
        "published_judges": (judge.name, rater.name) == published,
    }


def _by_set(judged: Sequence[JudgedPrompt], settings: NoveltySettings) -> dict[str, JsonValue]:
    names = dict.fromkeys(one.prompt.set_name for one in judged)
    return {
        name: summarise_set(
            [one for one in judged if one.prompt.set_name == name], settings.draws, settings.seed
        )
        for name in names
    }


def _judged(prompt: NoveltyPrompt, generated: Row, classes: Row, ratings: Row) -> JudgedPrompt:
    written = generated["written_tokens"]
    assert isinstance(written, int)
    return JudgedPrompt(
        prompt,
        tuple(given_answers(generated)),
        written,
        _whole_numbers(classes["classes"]),
        _whole_numbers(ratings["ratings"]),
    )


def _whole_numbers(values: JsonValue) -> tuple[int, ...]:
    assert isinstance(values, Sequence)
    numbers = tuple(value for value in values if isinstance(value, int))
    assert len(numbers) == len(values)
    return numbers
