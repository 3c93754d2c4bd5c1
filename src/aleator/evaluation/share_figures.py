"""What a model's masses on a target's outcomes say: how far off, how collapsed, on what.

From exact masses and from shares of draws alike. Conditioned figures compare what the model answers
*when* it gives one of the outcomes; the unconditioned total variation counts everything else as
wrong, so that a model cannot look random by answering nonsense. Where no outcome has any mass, the
conditioned figures are undefined: None.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aleator.metrics.divergences import effective_number, total_variation
from aleator.outcomes.outcomes import Outcomes

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ShareFigures:
    """Figures of one prompt; None where undefined.

    Attributes:
        tv: Total variation between target and model, the model conditioned on the outcomes.
        tv_unconditioned: The same with what is no outcome as one more, of target probability 0.
        top_share: The most frequent outcome's share, conditioned on the outcomes.
        top_mass: Its share of everything.
        effective_answers: Exp of the entropy over outcomes, conditioned.
        top_answer: The most frequent outcome; the first listed, if several are.
    """

    tv: float | None
    tv_unconditioned: float
    top_share: float | None
    top_mass: float
    effective_answers: float | None
    top_answer: str | None


def share_figures(outcomes: Outcomes, masses: FloatArray) -> ShareFigures:
    """Compare masses with a target.

    Args:
        outcomes: The ``K`` outcomes.
        masses: float64 ``[K]``, the model's on each; what they lack to 1 is no outcome.
    """
    valid = float(masses.sum())
    missing = max(1.0 - valid, 0.0)
    unconditioned = 0.5 * (float(np.abs(outcomes.probabilities - masses).sum()) + missing)
    if not valid > 0:
        return ShareFigures(None, unconditioned, None, 0.0, None, None)
    shares = masses / valid
    top = int(np.argmax(shares))
    return ShareFigures(
        tv=total_variation(outcomes.probabilities, shares),
        tv_unconditioned=unconditioned,
        top_share=float(shares[top]),
        top_mass=float(masses[top]),
        effective_answers=effective_number(shares),
        top_answer=outcomes.strings[top],
    )
