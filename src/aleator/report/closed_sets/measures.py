"""What the figures of closed sets are called, and which splits there are."""

from collections.abc import Mapping

from aleator.report.closed_sets.reading import ClosedSets
from aleator.report.measures import Measure, percent

HELD_OUT = "held_out"
ALL = "all"
VALID_GOAL = 0.8
"""Valid mass to be kept: spreading into wrong answers is damage, not diversity."""
TOP_SHARE_GOAL = 1 / 2
"""Of base's share, on held-out sets: the goal of training on language targets."""

SPLIT_TITLES: Mapping[str, str] = {
    HELD_OUT: "Held-out sets",
    "train": "Training sets",
    ALL: "All sets",
}

MEASURES = (
    Measure(
        "tv",
        "Total variation",
        "Between target and model, the model conditioned on right answers: 0 is perfect.",
        "lower",
    ),
    Measure(
        "tv_sampled", "Total variation, from draws", "The same from independent draws.", "lower"
    ),
    Measure(
        "tv_oracle",
        "Oracle: of a perfect sampler",
        "What a perfect sampler scores with as many draws: the floor of the line above.",
        "reference",
    ),
    Measure(
        "valid_mass",
        "Valid mass",
        "Probability of answering with one of the outcomes, in any accepted spelling.",
        "higher",
        percent,
    ),
    Measure(
        "valid_rate",
        "Valid rate, from draws",
        "Share of draws that are one of the outcomes.",
        "higher",
        percent,
    ),
    Measure(
        "top_share",
        "Share of the top answer",
        "What the likeliest outcome takes of the valid mass.",
        "neither",
        percent,
    ),
    Measure(
        "top_share_sampled",
        "Share of the top answer, from draws",
        "The same from draws; with few of them too large.",
        "neither",
        percent,
    ),
    Measure(
        "target_top_share",
        "Target: share of its top answer",
        "What a perfect model would show in the lines above.",
        "reference",
        percent,
    ),
    Measure(
        "effective_answers",
        "Effective number of answers",
        "The exponential of the entropy over outcomes.",
        "neither",
    ),
    Measure(
        "effective_answers_sampled",
        "Effective number of answers, from draws",
        "The same from draws; with few of them too small.",
        "neither",
    ),
    Measure(
        "target_effective_answers",
        "Target: effective number of answers",
        "What a perfect model would show in the lines above.",
        "reference",
    ),
    Measure(
        "sequence_kl",
        "Sequence KL (nats)",
        "KL from the target to the model over whole answers in the target's own spelling.",
        "lower",
    ),
)

TOP_SHARES = ("top_share", "top_share_sampled")
VALID_SHARES = ("valid_mass", "valid_rate")
VARIATIONS = ("tv", "tv_sampled")
"""The exact figure, and the one from draws that takes its place where there are no logits."""


def split_title(split: str) -> str:
    """A split's name on the page; an unknown one is shown as it is written."""
    return SPLIT_TITLES.get(split, split)


def main_split(benches: list[ClosedSets]) -> str:
    """The split that sentences are about: the held-out sets where some condition has any."""
    return HELD_OUT if any(HELD_OUT in bench.splits for bench in benches) else ALL
