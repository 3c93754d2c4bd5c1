"""The uniform variates that decide a prompt's draws: one for each draw and step.

Draw d takes its t-th token where the running total of the probabilities passes variate (t, d). So
a draw depends on the model and its own variates alone: not on what else is in the batch, nor on
whether its prefix was computed in a tree or in a row, nor on how many are drawn: the first hundred
of a thousand draws are those of a hundred. Only roundings of the logits, which batching may change,
can move a draw whose variate lies within them of a boundary.
"""

import numpy as np
from numpy.typing import NDArray


class Variates:
    """Variates of one prompt's draws.

    Args:
        seed: Of all prompts.
        stream: Tells the prompt from others.
        draws: How many draws.
    """

    def __init__(self, seed: int, stream: int, draws: int) -> None:
        self._key = (seed, stream)
        self._draws = draws
        self._step = -1
        self._levels = np.zeros(0)

    def at(self, step: int) -> NDArray[np.float64]:
        """Those of a step, in [0, 1): float64 ``[draws]``."""
        if step != self._step:
            self._levels = np.random.default_rng([*self._key, step]).random(self._draws)
            self._step = step
        return self._levels
