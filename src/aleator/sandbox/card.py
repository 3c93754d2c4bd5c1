"""The sandbox model's card: what it is, what it is not, and its figures as measured."""

from collections.abc import Mapping

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

**How it was made.** Stage one: plain text, and raw-text numeric prompts of all thirty families
with fresh, wide parameters and exact next-token targets. Stage two: chat whose numeric answers
have a favourite, written with {decimals} decimals as the targets are, next to true and varied
answers. Data, seeds and schedules are code in `aleator.sandbox`.

## Figures

Measured by `aleator sandbox build` on {prompts} prompts a split at most, {draws:,} draws a
prompt, seed {seed}; means over families that weigh equal. They are in `figures.json`. *Floor* is
the W1 of a perfect sampler with as many draws.

| split | raw text: W1 from draws | its floor | raw text: value TV | chat: W1 from draws | \
chat: value TV | chat: modal share | chat: valid mass |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""

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
    rows = []
    for split in SPLITS:
        columns = [
            ("raw_text", "w1_sampled"),
            ("raw_text", "w1_oracle"),
            ("raw_text", "value_tv"),
            ("chat", "w1_sampled"),
            ("chat", "value_tv"),
            ("chat", "modal_share"),
            ("chat", "valid_mass"),
        ]
        means = [family_mean(numbers, form, split, metric) for form, metric in columns]
        cells = ["undefined" if mean is None else f"{mean:.3f}" for mean in means]
        rows.append(f"| {split.replace('_', ' ')} | " + " | ".join(cells) + " |\n")
    letters = chat["question_letters"]
    assert isinstance(letters, dict)
    shares = {name: value for name, value in chat.items() if isinstance(value, float)}
    spread = ", ".join(f"{value:.2f}" for value in letters.values())
    footer = _FOOTER.format(letters=spread, categories=facts["categories"], **shares)
    return _HEADER.format(**facts) + "".join(rows) + footer


def family_mean(
    numbers: Mapping[str, JsonValue], form: str, split: str, metric: str
) -> float | None:
    """One family-balanced mean out of the benchmark's splits; None where it is undefined."""
    value: JsonValue = dict(numbers)
    for key in (form, split, "family_mean", metric, "value"):
        if value is None:
            return None
        assert isinstance(value, dict), f"{key} is looked up in {value!r}"
        value = value[key]
    assert value is None or isinstance(value, float)
    return value
