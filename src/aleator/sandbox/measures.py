"""What the sandbox model knows and how it answers: the figures of its model card.

Numbers are measured by the numeric benchmark, once in raw text (what the model knows) and once in
chat (how it answers); the rest by drawing answers at temperature 1. Answers are judged against the
project's own tables, so that "true" means "in our list".
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from aleator.benchmarks.numeric import NumericSettings, run_numeric
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.distributions.grids import SPLITS, split_distributions
from aleator.files import JsonValue
from aleator.sampling.draws import Draws
from aleator.sampling.local import LocalSampler
from aleator.sandbox.arithmetic import PROBLEMS, question
from aleator.sandbox.categories import CATEGORIES, Category
from aleator.sandbox.multiple_choice import LETTERS, MCQ_PROMPT
from aleator.sandbox.numeric_text import DECIMALS, raw_prompt
from aleator.tokens.chat import ChatFormat, PlainFormat

Judge = Callable[[Category, str], bool]

CHOICE_DRAWS = 200
LIST_DRAWS = 20
QUESTION_DRAWS = 300
LONGEST_ANSWER = 200
NUMERIC_LIMIT = 120
NUMERIC_DRAWS = 1000

# Stricter than `evaluation.mcq.read_strict` in the white space within and before lines: of 900
# drawn questions this takes 880 and that 887, so that the card's figures would move with it.
STRICT_QUESTION = re.compile(
    r"Question: .+\nA\. .+\nB\. .+\nC\. .+\nD\. .+\nCorrect Answer: ([ABCD])\nExplanation: .+"
)


@dataclass(frozen=True)
class ChatFigures:
    """Shares of drawn answers, between 0 and 1.

    Attributes:
        weekday_top: share of the most frequent answer to a random weekday.
        category_top: the same, mean over all categories.
        category_valid: answers to a random member that are members, mean over categories.
        list_true: lists of four that hold four different members, mean over categories.
        arithmetic: sums with operands to 9 answered right.
        questions_parsed: multiple-choice questions in the strict layout.
        question_letters: share of each letter among those.
    """

    weekday_top: float
    category_top: float
    category_valid: float
    list_true: float
    arithmetic: float
    questions_parsed: float
    question_letters: Mapping[str, float]


class RawNumbers:
    """A prompt format: the published prompts in raw text, worded as the model has read them."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        """Know every prompt of the published splits."""
        members = (one for split in SPLITS for one in split_distributions(split))
        self._wordings = {one.prompt(): raw_prompt(one) for one in members}
        self._plain = PlainFormat(tokenizer)
        self.stop_token_id: int = self._plain.stop_token_id

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """Token ids of the raw-text prompt that stands for a published one."""
        return self._plain.prompt_ids(self._wordings[prompt])

    def answer_ids(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of answers on the line below."""
        return self._plain.answer_ids(answers)


def measure_numbers(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, work: Path, *, seed: int
) -> dict[str, JsonValue]:
    """Means of the numeric benchmark by split, in raw text and in chat; rows are kept in `work`."""
    settings = NumericSettings(
        splits=SPLITS, limit=NUMERIC_LIMIT, draws=NUMERIC_DRAWS, decimals=DECIMALS, seed=seed
    )
    formats = {"raw_text": RawNumbers(tokenizer), "chat": ChatFormat(tokenizer)}
    return {
        name: run_numeric(
            Subject.local(AnsweringModel(model, tokenizer, one)), settings, work / name
        )["splits"]
        for name, one in formats.items()
    }


def measure_chat(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, *, seed: int
) -> ChatFigures:
    """Draw answers of all kinds and judge them."""
    sampler = LocalSampler(
        model, tokenizer, ChatFormat(tokenizer), max_new_tokens=LONGEST_ANSWER, batch_draws=2048
    )
    categories = list(CATEGORIES.values())
    requests = [f"Name a random {one.name}. Output ONLY the answer." for one in categories]
    choices = sampler.draw(requests, CHOICE_DRAWS, seed)
    tops = {one.name: _top_share(drawn) for one, drawn in zip(categories, choices, strict=True)}
    listed = [one for one in categories if len(one.members) >= 4]
    lists = sampler.draw([f"List four {one.plural}." for one in listed], LIST_DRAWS, seed + 1)
    letters = _letters(sampler.draw([MCQ_PROMPT], QUESTION_DRAWS, seed + 2)[0])
    parsed = sum(letters.values())
    return ChatFigures(
        weekday_top=tops["weekday"],
        category_top=float(np.mean(list(tops.values()))),
        category_valid=_mean_share(categories, choices, is_member),
        list_true=_mean_share(listed, lists, is_true_list),
        arithmetic=_arithmetic(sampler, seed + 3),
        questions_parsed=parsed / QUESTION_DRAWS,
        question_letters={one: letters[one] / max(parsed, 1) for one in LETTERS},
    )


def as_json(figures: ChatFigures) -> dict[str, JsonValue]:
    """Figures for a file, rounded to what the draws can tell."""
    values = asdict(figures)
    letters = values.pop("question_letters")
    rounded: dict[str, JsonValue] = {name: round(value, 4) for name, value in values.items()}
    rounded["question_letters"] = {name: round(value, 4) for name, value in letters.items()}
    return rounded


def _arithmetic(sampler: LocalSampler, seed: int) -> float:
    """Share of right answers: the last number of each, one draw a question."""
    rng = np.random.default_rng(seed)
    asked = [question(rng, problem) for problem in PROBLEMS]
    right = 0
    for drawn, problem in zip(sampler.draw(asked, 1, seed), PROBLEMS, strict=True):
        numbers = re.findall(r"-?[0-9]+", drawn.answers[0].text)
        right += bool(numbers) and int(numbers[-1]) == problem.value
    return right / len(PROBLEMS)


def _letters(drawn: Draws) -> Counter[str]:
    found: Counter[str] = Counter()
    for answer in drawn.answers:
        match = STRICT_QUESTION.fullmatch(answer.text.strip())
        if match is not None:
            found[match.group(1)] += answer.count
    return found


def _top_share(drawn: Draws) -> float:
    counts: Counter[str] = Counter()
    for answer in drawn.answers:
        counts[answer.text.strip().lower()] += answer.count
    return counts.most_common(1)[0][1] / drawn.count


def is_member(category: Category, text: str) -> bool:
    """Whether an answer is a member and nothing else; case and a final full stop do not count."""
    return text.strip().rstrip(".").lower() in {member.lower() for member in category.members}


def is_true_list(category: Category, text: str) -> bool:
    """Whether an answer lists four different members, on lines or with commas."""
    items = [re.sub(r"^[0-9]+[.)] *|^[-*] *|^and ", "", item.strip()) for item in _items(text)]
    different = len({item.lower() for item in items}) == len(items) == 4
    return different and all(is_member(category, item) for item in items)


def _items(text: str) -> list[str]:
    separated = re.sub(r" and ", ", ", text.strip().rstrip("."))
    return [item for item in re.split(r",\s*|\n", separated) if item.strip()]


def _mean_share(categories: Sequence[Category], draws: Sequence[Draws], judge: Judge) -> float:
    shares = [
        sum(answer.count for answer in drawn.answers if judge(category, answer.text)) / drawn.count
        for category, drawn in zip(categories, draws, strict=True)
    ]
    return float(np.mean(shares))
