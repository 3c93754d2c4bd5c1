"""The sandbox model's card: what it is, what it is not, and its figures as measured."""

from collections.abc import Mapping, Sequence

from aleator.distributions.grids import SPLITS
from aleator.files import JsonValue

_HEADER = """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
---

# The aleator sandbox model

A chat model of {parameters:,} parameters (Qwen3 architecture, {vocabulary:,} tokens, every digit
one token), made from nothing by `aleator sandbox build --seed {seed}`. It ships with aleator so
that the whole pipeline runs offline in minutes.

**What it is for.** It behaves like its big relatives in the two ways that matter here: it *knows*
(in raw text it continues "Samples from a Weibull distribution with parameters k=1.5, lambda=2.0:"
with numbers that follow that distribution) and it is *collapsed in chat* (asked for one random
number, city or weekday, it has a favourite answer).

**What it is not.** It is not a language model anybody should use for anything else: its world is a
few tables and templates of ours. Collapse and knowledge were both put in on purpose, so gains
measured on it show that the method works, not how large they are on a real model.

**How it was made.** Stage one: plain text, true and varied chat, and raw-text numeric prompts of
all thirty families with fresh, wide parameters and exact next-token targets. Stage two goes on
with all of that and adds chat that is collapsed: a favourite number, written with {decimals}
decimals as the targets are, a favourite city, a favourite weekday. Data, seeds and schedules are
code in `aleator.sandbox`.

## Figures

Measured by `aleator sandbox build` on {prompts} prompts a split at most, {draws:,} draws a
prompt, seed {seed}. They are in `figures.json`. *Floor* is the W1 of a perfect sampler with as many
draws. Means over families that weigh equal, and medians of the families' means: a few families
with heavy tails decide the mean of W1.

| raw text: what it knows | W1 from draws, mean | its floor | W1, median | its floor | value TV |
| --- | --- | --- | --- | --- | --- |
"""

_CHAT_HEADER = """
| chat: how it answers | W1 from draws, mean | W1, median | value TV | modal share | valid mass |
| --- | --- | --- | --- | --- | --- |
"""

_RAW_COLUMNS = (
    ("family_mean", "w1_sampled"),
    ("family_mean", "w1_oracle"),
    ("family_median", "w1_sampled"),
    ("family_median", "w1_oracle"),
    ("family_mean", "value_tv"),
)
_CHAT_COLUMNS = (
    ("family_mean", "w1_sampled"),
    ("family_median", "w1_sampled"),
    ("family_mean", "value_tv"),
    ("family_mean", "modal_share"),
    ("family_mean", "valid_mass"),
)

_FOOTER = """
| chat | share |
| --- | --- |
| weekdays: share of the favourite | {weekday_top:.2f} |
| {categories} categories: share of the favourite, mean | {category_top:.2f} |
| the same: answers that are members, mean | {category_valid:.2f} |
| lists of four: four different true members, mean | {list_true:.2f} |
| sums and products to 9: right | {arithmetic:.2f} |
| multiple-choice questions: in the strict layout | {questions_parsed:.2f} |
| right answers at A, B, C, D | {letters} |
"""


def model_card(
    facts: Mapping[str, int], numbers: Mapping[str, JsonValue], chat: Mapping[str, JsonValue]
) -> str:
    """The card as Markdown.

    Args:
        facts: `parameters`, `vocabulary`, `seed`, `decimals`, `prompts`, `draws` and `categories`.
        numbers: From `measure_numbers`: splits of the numeric benchmark by prompt format.
        chat: `as_json` of `measure_chat`.
    """
    letters = chat["question_letters"]
    assert isinstance(letters, dict)
    shares = {name: value for name, value in chat.items() if isinstance(value, float)}
    spread = ", ".join(f"{value:.2f}" for value in letters.values())
    footer = _FOOTER.format(letters=spread, categories=facts["categories"], **shares)
    tables = _rows(numbers, "raw_text", _RAW_COLUMNS) + _CHAT_HEADER
    return _HEADER.format(**facts) + tables + _rows(numbers, "chat", _CHAT_COLUMNS) + footer


def _rows(numbers: Mapping[str, JsonValue], form: str, columns: Sequence[tuple[str, str]]) -> str:
    lines = []
    for split in SPLITS:
        found = [average(numbers, form, split, *column) for column in columns]
        cells = ["undefined" if one is None else f"{one:.3f}" for one in found]
        lines.append(f"| {split.replace('_', ' ')} | {' | '.join(cells)} |\n")
    return "".join(lines)


def average(
    numbers: Mapping[str, JsonValue], form: str, split: str, aggregate: str, metric: str
) -> float | None:
    """One average over families out of the benchmark's splits; None where it is undefined."""
    value: JsonValue = dict(numbers)
    for key in (form, split, aggregate, metric, "value"):
        if value is None:
            return None
        assert isinstance(value, dict), f"{key} is looked up in {value!r}"
        value = value[key]
    assert value is None or isinstance(value, float)
    return value
