"""What each figure is called on the page, what it means and how it is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MISSING = "–"
"""What stands where a figure is undefined or was not measured."""


def significant(value: float) -> str:
    """Three significant digits, never in exponent form between 0.0001 and a million."""
    size = abs(value)
    if size != 0 and (size < 1e-4 or size >= 1e6):
        return f"{value:.1e}"
    if size >= 99.95:  # thresholds where rounding reaches the next size
        return f"{value:,.0f}"
    if size >= 9.995:
        return f"{value:.1f}"
    if size >= 0.9995:
        return f"{value:.2f}"
    return f"{value:.3f}" if size >= 0.01 or size == 0 else f"{value:.2g}"


def percent(value: float) -> str:
    """A share as per cent, with a decimal near the ends where it matters."""
    share = 100 * value
    return f"{share:.1f}%" if share < 10 or share > 90 else f"{share:.0f}%"


def alike(write: Callable[[float], str], values: Sequence[float]) -> list[str]:
    """The figures of one estimate, all with as many decimals as the one that has most."""
    texts = [write(value) for value in values]
    if not texts or any("e" in text for text in texts):
        return texts
    sign = "%" if any(text.endswith("%") for text in texts) else ""
    decimals = max(len(text.removesuffix("%").partition(".")[2]) for text in texts)
    scale = 100 if sign else 1
    return [f"{scale * value:,.{decimals}f}{sign}" for value in values]


@dataclass(frozen=True)
class Measure:
    """A figure of the evaluation.

    Attributes:
        key: Its name in result.json.
        title: Its name on the page.
        meaning: One sentence for who meets it first.
        better: Which direction is an improvement; "reference" for a row to hold others against.
        write: A value as text.
    """

    key: str
    title: str
    meaning: str
    better: Literal["lower", "higher", "reference", "neither"]
    write: Callable[[float], str] = significant

    @property
    def short(self) -> str:
        """The title without unit and manner."""
        return self.title.removesuffix(" (nats)").removesuffix(", exact")

    @property
    def in_sentence(self) -> str:
        """The short title as it stands in the middle of a sentence."""
        return self.short[0].lower() + self.short[1:]


MEASURES = (
    Measure(
        "shape_kl",
        "Shape KL (nats)",
        "The part of the sequence KL that says where on the number line the answers fall: "
        "0 is perfect.",
        "lower",
    ),
    Measure(
        "spelling_kl",
        "Spelling KL (nats)",
        "The rest of the sequence KL: how many decimals, how the last digits run. A drop here "
        "alone makes nothing more random.",
        "lower",
    ),
    Measure(
        "sequence_kl",
        "Sequence KL (nats)",
        "Shape and spelling together: KL from the target to the model over whole answers.",
        "lower",
    ),
    Measure(
        "step_kl",
        "Step KL (nats)",
        "The published “trie-based logit KL”: the mean over an answer's positions, not their sum.",
        "lower",
    ),
    Measure(
        "value_tv",
        "Value TV",
        "Total variation between target and model over the target's 20 equal-mass bins, in "
        "whatever spelling: 0 is perfect, 0.95 is all mass in one bin.",
        "lower",
    ),
    Measure(
        "w1_normalised",
        "Normalised W1, exact",
        "Transport distance to the target over that of a model that always answers the median: "
        "0 is perfect, 1 is no better than that model, above 1 is worse: the answers lie farther "
        "off than the median does.",
        "lower",
    ),
    Measure(
        "w1_sampled",
        "Normalised W1, from draws",
        "The same from independent draws of the model.",
        "lower",
    ),
    Measure(
        "w1_oracle",
        "Oracle: W1 of a perfect sampler",
        "What a perfect sampler scores with as many draws: the floor of the line above. Its "
        "interval is the central 95% of perfect samplers, not a bootstrap over prompts.",
        "reference",
    ),
    Measure(
        "valid_mass",
        "Valid mass",
        "Probability of answering with one number of the support, in any spelling.",
        "higher",
        percent,
    ),
    Measure(
        "canonical_mass",
        "Canonical mass",
        "The part of the valid mass that is spelt as the target spells it.",
        "higher",
        percent,
    ),
    Measure(
        "valid_rate",
        "Valid rate, from draws",
        "The share of draws that parse as one number of the support.",
        "higher",
        percent,
    ),
    Measure(
        "modal_share",
        "Modal share",
        "Probability of the model's most likely value: how much one answer takes.",
        "neither",
        percent,
    ),
    Measure(
        "effective_values",
        "Effective number of values",
        "The exponential of the entropy over values: how many different answers there are, "
        "in effect.",
        "neither",
    ),
    Measure(
        "exact_share",
        "Exact share of the KL",
        "How much of an answer's expected steps the KL figures follow exactly; the rest is an "
        "unbiased estimate from drawn tails.",
        "neither",
        percent,
    ),
    Measure(
        "unexpanded_mass",
        "Unexpanded mass",
        "Probability of prefixes not followed that may still fall into more than one of the "
        "target's bins: the error bound of value TV.",
        "neither",
        percent,
    ),
    Measure(
        "settled_mass",
        "Settled mass",
        "Probability of prefixes not followed whose value is known to within a bin; only their "
        "chance to end as a number is estimated.",
        "neither",
        percent,
    ),
)

BY_KEY: Mapping[str, Measure] = {measure.key: measure for measure in MEASURES}

SPLIT_TITLES: Mapping[str, str] = {
    "held_out_families": "Held-out families",
    "unseen_parameters": "Unseen parameters",
    "train": "Training prompts",
}
SPLIT_MEANINGS: Mapping[str, str] = {
    "held_out_families": "distribution families the adapters never saw",
    "unseen_parameters": "seen families with parameters outside the training grid",
    "train": "the prompts the adapters were trained on",
}


def split_title(split: str) -> str:
    """The split's name on the page; an unknown one is shown as it is written."""
    return SPLIT_TITLES.get(split, split)


def in_order(splits: tuple[str, ...]) -> tuple[str, ...]:
    """Splits as the page shows them: held-out families first, unknown ones last."""
    known = tuple(split for split in SPLIT_TITLES if split in splits)
    return known + tuple(split for split in splits if split not in SPLIT_TITLES)


def written(key: str, value: float | None) -> str:
    """A value of measure `key` as the page writes it."""
    if value is None:
        return MISSING
    measure = BY_KEY.get(key)
    return measure.write(value) if measure else significant(value)
