import numpy as np
import pytest

from aleator.distributions.families import family
from aleator.evaluation.target_reference import REFERENCE_POINTS, target_reference
from aleator.metrics.transport import distance_to_median, wasserstein
from aleator.outcomes.lattice import NumericTarget


def test_a_small_target_is_listed_whole() -> None:
    target = NumericTarget.of(family("poisson").distribution(**{"lambda": 4.0}))
    reference = target_reference(target)
    outcomes = target.outcomes()
    assert reference.values.tolist() == list(outcomes.values if outcomes.values is not None else ())
    assert reference.probabilities == pytest.approx(outcomes.probabilities)
    assert reference.median == 4.0
    assert reference.spread == pytest.approx(
        distance_to_median(reference.values, outcomes.probabilities)
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("cauchy", {"x0": 0.0, "gamma": 1.0}),
        ("pareto", {"alpha": 2.0, "xm": 2.0}),
        ("gaussian", {"mu": 3.0, "sigma": 20.0}),
    ],
)
def test_runs_stand_for_the_whole_lattice(name: str, parameters: dict[str, float]) -> None:
    """W1 between the runs and the full list is far below anything we report."""
    target = NumericTarget.of(family(name).distribution(**parameters), 2)
    assert target.count > REFERENCE_POINTS
    reference = target_reference(target)
    outcomes = target.outcomes()
    assert outcomes.values is not None
    error = wasserstein(
        outcomes.values, outcomes.probabilities, reference.values, reference.probabilities
    )
    full = distance_to_median(outcomes.values, outcomes.probabilities)
    assert error / full <= 2e-3
    assert abs(reference.spread / full - 1) <= 1e-3
    assert len(reference.values) <= REFERENCE_POINTS + 1
    assert np.all(np.diff(reference.values) > 0)


def test_a_bernoulli_has_a_spread() -> None:
    target = NumericTarget.of(family("bernoulli").distribution(p=0.1))
    reference = target_reference(target)
    assert reference.median == 0.0
    assert reference.spread == pytest.approx(0.1)
