import math

import numpy as np
import pytest

from aleator.evaluation.share_figures import share_figures
from aleator.outcomes.outcomes import Outcomes

DIE = Outcomes(tuple("123456"), np.full(6, 1 / 6))


def test_a_perfect_model() -> None:
    figures = share_figures(DIE, DIE.probabilities)
    assert figures.tv == pytest.approx(0, abs=1e-12)
    assert figures.tv_unconditioned == pytest.approx(0, abs=1e-12)
    assert figures.top_share == figures.top_mass == pytest.approx(1 / 6)
    assert figures.effective_answers == pytest.approx(6)
    assert figures.top_answer == "1"


def test_total_collapse() -> None:
    figures = share_figures(DIE, np.eye(6)[3])
    assert figures.tv == figures.tv_unconditioned == pytest.approx(5 / 6)
    assert figures.top_share == 1 and figures.effective_answers == pytest.approx(1)
    assert figures.top_answer == "4"


def test_nonsense_counts_against_the_unconditioned_distance_only() -> None:
    figures = share_figures(DIE, DIE.probabilities / 4)
    assert figures.tv == pytest.approx(0, abs=1e-12)
    assert figures.tv_unconditioned == pytest.approx(0.75)
    assert figures.top_share == pytest.approx(1 / 6)
    assert figures.top_mass == pytest.approx(1 / 24)


def test_a_weighted_target_by_hand() -> None:
    coin = Outcomes(("heads", "tails"), np.array([0.7, 0.3]))
    figures = share_figures(coin, np.array([0.2, 0.6]))
    assert figures.tv == pytest.approx(0.45)
    assert figures.tv_unconditioned == pytest.approx(0.5 * (0.5 + 0.3 + 0.2))
    uncertainty = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert figures.effective_answers == pytest.approx(math.exp(uncertainty))


def test_without_a_valid_answer_conditioned_figures_are_undefined() -> None:
    figures = share_figures(DIE, np.zeros(6))
    assert figures.tv is figures.top_share is figures.effective_answers is None
    assert figures.top_answer is None
    assert figures.tv_unconditioned == pytest.approx(1)
    assert figures.top_mass == 0
