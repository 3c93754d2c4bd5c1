"""A prompt and a small tree of its answers, on which the forward pass is examined."""

import numpy as np

from aleator.distributions.families import family
from aleator.doctor.patient import PROMPT, Patient
from aleator.outcomes.lattice import NumericTarget
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import SupervisionTree, exact_trees

TARGET = NumericTarget.of(family("gaussian").distribution(mu=0.0, sigma=1.0), decimals=2)
"""What `PROMPT` asks for."""


def specimen_tree(patient: Patient) -> SupervisionTree:
    """Eight exact prefixes and one tail: branches, and a path to the stop token."""
    speller = Speller(patient.prompt_format)
    return exact_trees([TARGET], speller, nodes=8, tails=1, rng=np.random.default_rng(0))[0]


def prompt_of_length(patient: Patient, at_least: int) -> tuple[int, ...]:
    """Token ids of a prompt that says the same until it has so many tokens."""
    once = len(patient.prompt_format.prompt_ids(PROMPT))
    if once >= at_least:
        return patient.prompt_format.prompt_ids(PROMPT)
    more = len(patient.prompt_format.prompt_ids(f"{PROMPT} {PROMPT}")) - once
    times = 1 + -(-(at_least - once) // max(more, 1))
    return patient.prompt_format.prompt_ids(" ".join([PROMPT] * times))
