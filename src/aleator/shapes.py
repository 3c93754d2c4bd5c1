"""The axis legend and the names of the arrays that wander through the house.

=====  ================================================================
``B``  prompts in a batch
``T``  positions of a padded row of tokens
``V``  vocabulary
``N``  nodes of a supervision tree (of all trees of a batch, prompt after prompt)
``E``  entries of the target rows of a tree, stored one after another (CSR)
``K``  outcomes of a target
``S``  samples
=====  ================================================================

The aliases are NumPy's, so that this file costs no import of torch; modules that hold tensors
write the same letters: ``Float[Tensor, "N V"]``. They are for readers and for pyright; tests may
check them at run time with jaxtyping and beartype. Probabilities are float64 and sum to one over
their last axis; values are on the value axis of the target.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float64

Probabilities: TypeAlias = Float64[np.ndarray, "K"]
"""One probability an outcome."""

Values: TypeAlias = Float64[np.ndarray, "K"]
"""The number each outcome stands for, ascending where the outcomes are numeric."""

SampledValues: TypeAlias = Float64[np.ndarray, "S"]
"""Drawn values."""
