import numpy as np
from scipy import stats

from aleator.sampling.variates import Variates


def test_a_variate_is_that_of_its_seed_stream_step_and_draw() -> None:
    many, few = Variates(3, 5, 100), Variates(3, 5, 10)
    for step in (0, 7, 0, 1):
        assert np.array_equal(many.at(step)[:10], few.at(step))
        assert np.array_equal(many.at(step), Variates(3, 5, 100).at(step))
    others = [Variates(3, 6, 100), Variates(5, 3, 100), Variates(3, 5, 100)]
    assert len({one.at(2)[0] for one in others}) == 3


def test_variates_are_uniform_and_independent() -> None:
    """64 steps of 500 draws; seeded, p above 0.001, correlations within 5 standard errors."""
    levels = np.stack([Variates(0, 0, 500).at(step) for step in range(64)])
    assert stats.kstest(levels.ravel(), "uniform").pvalue > 1e-3
    correlations = np.asarray(np.corrcoef(levels)) - np.eye(64)
    assert np.abs(correlations).max() <= 5 / np.sqrt(500)
