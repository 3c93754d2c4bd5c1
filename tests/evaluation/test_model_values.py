from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aleator.distributions.families import family
from aleator.distributions.grids import selected_distributions
from aleator.evaluation.model_tree import GrowthPolicy
from aleator.evaluation.model_values import accepted, model_values
from aleator.evaluation.target_reference import TargetReference, target_reference
from aleator.metrics.divergences import total_variation
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.numerals import parse_numeral
from tests.evaluation.known_session import PIECES, KnownSession, grown_tree

EVERYTHING = GrowthPolicy(tolerance=0.0, sample_nodes=100_000, floor=0.0)


def _reference(name: str, **parameters: float) -> TargetReference:
    return target_reference(NumericTarget.of(family(name).distribution(**parameters), decimals=2))


REFERENCES = (
    _reference("gaussian", mu=0.0, sigma=1.0),
    _reference("exponential", **{"lambda": 1.0}),
    _reference("poisson", **{"lambda": 4.0}),
)


def _by_hand(
    answers: Mapping[tuple[int, ...], float], target: NumericTarget
) -> tuple[dict[float, float], float]:
    """Mass of each valid value, and of the target's own strings, read from the texts."""
    own = set(target.outcomes().strings)
    values: dict[float, float] = defaultdict(float)
    canonical = 0.0
    for path, mass in answers.items():
        text = "".join(PIECES[token] for token in path)
        value = parse_numeral(text)
        if value is not None and target.accepts(value):
            values[value + 0.0] += mass
            canonical += mass if text in own else 0.0
    return values, canonical


@given(
    st.dictionaries(
        st.lists(st.integers(0, len(PIECES) - 1), max_size=6).map(tuple),
        st.floats(0.05, 1.0),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(REFERENCES),
)
def test_a_whole_tree_is_exact(
    weights: dict[tuple[int, ...], float], reference: TargetReference
) -> None:
    total = sum(weights.values())
    answers = {path: weight / total for path, weight in weights.items()}
    found = model_values(grown_tree(KnownSession(answers), reference, EVERYTHING))
    values, canonical = _by_hand(answers, reference.target)
    assert found.values.tolist() == sorted(values)
    assert found.masses == pytest.approx([values[one] for one in sorted(values)], abs=1e-6)
    assert abs(found.valid_mass - sum(values.values())) <= 1e-6
    assert abs(found.canonical_mass - canonical) <= 1e-6
    assert found.unexpanded_mass <= 1e-9 and found.settled_mass <= 1e-9
    assert np.all(found.counts == 1)


@pytest.mark.parametrize("index", range(0, 18, 3))
@pytest.mark.parametrize("collapse", [0.0, 0.6])
def test_partly_grown_trees_keep_their_bound(index: int, collapse: float) -> None:
    """Most of the answers' mass is never expanded, and value TV is right all the same."""
    distribution = selected_distributions("held_out_families")[index]
    reference = target_reference(NumericTarget.of(distribution, 2))
    outcomes = reference.target.outcomes()
    answers = dict(zip(outcomes.strings, outcomes.probabilities * (1 - collapse), strict=True))
    answers[outcomes.strings[0]] += collapse * 0.9
    answers["x"] = collapse * 0.1
    policy = GrowthPolicy(max_nodes=200, sample_nodes=64)
    found = model_values(grown_tree(KnownSession(answers), reference, policy))
    assert found.unexpanded_mass <= 0.01
    truth = outcomes.probabilities * (1 - collapse)
    truth[0] += collapse * 0.9
    true_bins = _binned(reference, outcomes.values, truth)
    bins = _binned(reference, found.values, found.masses)
    bound = found.unexpanded_mass / found.valid_mass + 0.002
    assert total_variation(true_bins, bins) <= bound
    assert abs(found.valid_mass - truth.sum()) <= 0.01


def _binned(
    reference: TargetReference, values: np.ndarray | None, masses: np.ndarray
) -> np.ndarray:
    assert values is not None
    binned = np.zeros(len(reference.bins.starts))
    np.add.at(binned, reference.bins.of_values(values), masses)
    return binned / binned.sum()


def test_settled_prefixes_count_with_the_chance_of_prefixes_like_them() -> None:
    """Nine in ten answers stop after two decimals, the tenth goes on to something that is none."""
    strings = [f"0.{hundredths:02d}" for hundredths in range(100)]
    answers = dict.fromkeys(strings, 0.009) | {string + "x": 0.001 for string in strings}
    reference = _reference("uniform", a=0.0, b=1.0)
    policy = GrowthPolicy(tolerance=0.02, sample_nodes=20)
    found = model_values(grown_tree(KnownSession(answers), reference, policy))
    assert found.settled_mass > 0.5
    assert abs(found.valid_mass - 0.9) <= 1e-4
    # "0.00" lies below the 0.001 quantile, and is none of the 99 strings of the target.
    assert abs(found.canonical_mass - 0.99 * 0.9) <= 1e-4


def test_numbers_of_many_more_decimals_than_the_targets_are_followed_to_their_end() -> None:
    rng = np.random.default_rng(0)
    strings = {f"0.{digits:07d}" for digits in rng.integers(0, 10**7, 600)}
    answers = {string: 0.9 / len(strings) for string in strings}
    answers |= {string[:5] + "x": 0.1 / len(strings) for string in strings}
    total = sum(answers.values())
    answers = {string: mass / total for string, mass in answers.items()}
    truth = sum(mass for string, mass in answers.items() if "x" not in string)
    reference = _reference("uniform", a=0.0, b=1.0)
    found = model_values(grown_tree(KnownSession(answers), reference, GrowthPolicy()))
    assert found.settled_mass > 0.5
    assert abs(found.valid_mass - truth) <= 0.03
    assert found.canonical_mass == 0.0


def test_nothing_valid_gives_no_values() -> None:
    found = model_values(grown_tree(KnownSession({"x": 1.0}), REFERENCES[0], EVERYTHING))
    assert found.values.size == 0
    assert found.valid_mass == 0.0 and found.canonical_mass == 0.0


@given(st.floats(-5, 50), st.sampled_from(REFERENCES))
def test_accepted_is_the_targets_own_rule(value: float, reference: TargetReference) -> None:
    candidates = np.array([value, round(value), -0.0, np.inf])
    wanted = [reference.target.accepts(one) for one in candidates.tolist()]
    assert accepted(reference.target, candidates).tolist() == wanted
