"""Random numbers as a function of the run's seed and of what they are for.

Nothing in training draws from a generator that carries state from one step to the next: the order
of an epoch, the parameters of a visit, the trees of a batch and its dropout each have a seed of
their own. So a run that was killed goes on bit for bit without a saved generator, and a change of
one kind of draws leaves the others alone.
"""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What random numbers are for; the values are part of every result, so they never change."""

    ORDER = 0
    PARAMETERS = 1
    TREES = 2
    DROPOUT = 3
    VALIDATION = 4
    LANGUAGE_ORDER = 5
    ANCHOR = 6
    ANCHOR_ANSWERS = 7


def generator(seed: int, stream: Stream, number: int = 0) -> np.random.Generator:
    """The generator of one draw, such as the trees of the batch that begins with visit `number`."""
    return np.random.default_rng(_entropy(seed, stream, number))


def torch_seed(seed: int, stream: Stream, number: int = 0) -> int:
    """The same as a seed for `torch.manual_seed`."""
    return int(_entropy(seed, stream, number).generate_state(1, np.uint64)[0])


def _entropy(seed: int, stream: Stream, number: int) -> np.random.SeedSequence:
    return np.random.SeedSequence((seed, int(stream), number))
