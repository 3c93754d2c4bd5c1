from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from aleator.comparison.figures import METRICS, FinishedRun, matched_figures
from aleator.comparison.matching import MATCHINGS, Matching
from aleator.comparison.results import Line
from aleator.metrics.crossed import crossed_mean
from aleator.metrics.multiplicity import benjamini_hochberg, holm
from tests.comparison.handmade import PROMPTS, SEEDS, make_runs


def _values(
    runs: list[FinishedRun], method: str, matching: Matching, split: str, metric: str
) -> np.ndarray:
    return np.array(
        [
            [row[metric] for row in run.rows.values() if row["split"] == split]
            for run in runs
            if run.planned.method == method and matching in run.planned.matchings
        ],
        dtype=float,
    )


def test_figures_are_those_of_the_rows() -> None:
    runs = make_runs()
    found = matched_figures(runs)
    assert tuple(found) == MATCHINGS
    families = ["beta"] * PROMPTS + ["gamma"] * PROMPTS
    for matching in MATCHINGS:
        split = found[matching].splits["unseen_parameters"]
        assert split.prompts == 2 * PROMPTS
        for metric in METRICS:
            soft, hard = (
                _values(runs, method, matching, "unseen_parameters", metric)
                for method in ("soft", "hard")
            )
            line, reference = split.metrics[metric], crossed_mean(soft - hard, families)
            assert line.difference.value == pytest.approx(np.mean(soft - hard))
            assert line.difference.p == reference.p
            assert line.difference.seeds == pytest.approx((soft - hard).mean(axis=1))
            assert (line.soft.value, line.hard.value) == pytest.approx((soft.mean(), hard.mean()))
            assert line.soft.low is not None and line.soft.low < soft.mean()
            assert (line.prompts, line.left_out) == (2 * PROMPTS, 0)
            beta = split.families["beta"][metric]
            own = (soft - hard)[:, :PROMPTS]
            assert beta.difference.value == pytest.approx(np.mean(own))


def _few(runs: list[FinishedRun], per_family: int) -> list[FinishedRun]:
    """The same with so many prompts a family and split."""
    kept = []
    for run in runs:
        counts: Counter[tuple[object, object]] = Counter()
        rows = {}
        for key, row in run.rows.items():
            place = (row["split"], row["family"])
            counts[place] += 1
            if counts[place] <= per_family:
                rows[key] = row
        kept.append(replace(run, rows=rows))
    return kept


def test_a_prompt_a_family_decides_nothing() -> None:
    """A family's only prompt shows no spread, so an interval would know of none."""
    split = matched_figures(_few(make_runs(gain=1.0), 1))[MATCHINGS[0]].splits["unseen_parameters"]
    for lines in (split.metrics, *split.families.values()):
        for line in lines.values():
            assert line.difference.value is not None and line.better is None
            assert line.difference.low is None and line.difference.p is None


def test_a_family_of_few_prompts_decides_nothing_by_itself() -> None:
    split = matched_figures(_few(make_runs(gain=1.0), 3))[MATCHINGS[0]].splits["unseen_parameters"]
    assert all(line.difference.p is not None for line in split.metrics.values())
    assert all(line.better is None for line in split.families["beta"].values())


def test_p_values_are_read_together() -> None:
    found = matched_figures(make_runs(gain=0.004))
    lines = [
        line
        for matched in found.values()
        for split in matched.splits.values()
        for line in split.metrics.values()
    ]
    assert len(lines) == 2 * 2 * len(METRICS)
    assert _adjusted(lines) == pytest.approx(holm(_told(lines)))
    by_family = found["tokens"].splits["unseen_parameters"].families.values()
    ones = [measures["shape_kl"] for measures in by_family]
    assert _adjusted(ones) == pytest.approx(benjamini_hochberg(_told(ones)))


def _told(lines: list[Line]) -> list[float]:
    return [line.difference.p for line in lines if line.difference.p is not None]


def _adjusted(lines: list[Line]) -> list[float]:
    return [line.difference.p_adjusted for line in lines if line.difference.p_adjusted is not None]


def test_less_is_better_but_of_valid_mass() -> None:
    metrics = matched_figures(make_runs())["updates"].splits["unseen_parameters"].metrics
    assert metrics["shape_kl"].better == "soft"
    assert metrics["valid_mass"].better == "hard"
    nothing = matched_figures(make_runs(gain=0.0))["updates"].splits["unseen_parameters"].metrics
    assert not {line.better for line in nothing.values()} & {"soft", "hard", None}


def test_what_only_its_own_test_shows_leans() -> None:
    leaning = [
        line
        for matched in matched_figures(make_runs(gain=0.004)).values()
        for split in matched.splits.values()
        for line in split.metrics.values()
        if line.better in ("leans soft", "leans hard")
    ]
    assert leaning
    for line in leaning:
        p, adjusted = line.difference.p, line.difference.p_adjusted
        assert p is not None and adjusted is not None and p < 0.05 <= adjusted
        assert line.difference.high is not None and line.difference.high < 0


def test_one_run_can_stand_in_both_matchings() -> None:
    runs = [run for run in make_runs() if run.planned.matchings != ("updates",)]
    runs = [replace(run, planned=replace(run.planned, matchings=MATCHINGS)) for run in runs]
    found = matched_figures(runs)
    assert found["updates"].spent == found["tokens"].spent
    for split, lines in found["updates"].splits.items():
        other = found["tokens"].splits[split]
        assert {m: line.difference.p for m, line in lines.metrics.items()} == {
            m: line.difference.p for m, line in other.metrics.items()
        }


def test_what_one_run_lacks_counts_for_none() -> None:
    runs = make_runs()
    runs[4].rows["held_out_families/0003"]["w1_normalised"] = None
    split = matched_figures(runs)["updates"].splits["held_out_families"]
    line = split.metrics["w1_normalised"]
    assert (line.prompts, line.left_out) == (PROMPTS - 1, 1)
    used = [place for place in range(PROMPTS) if place != 3]
    soft = _values(runs, "soft", "updates", "held_out_families", "w1_normalised")[:, used]
    assert line.soft.value == pytest.approx(soft.mean())
    assert split.metrics["shape_kl"].left_out == 0


def test_what_nobody_has_is_undefined() -> None:
    runs = make_runs()
    for run in runs:
        for row in run.rows.values():
            row["w1_normalised"] = None
    line = matched_figures(runs)["tokens"].splits["held_out_families"].metrics["w1_normalised"]
    assert line.soft.value is line.difference.value is line.difference.p_adjusted is None
    assert line.better is None and line.difference.seeds == (None,) * len(SEEDS)


def test_spending_is_averaged_over_seeds() -> None:
    spent = matched_figures(make_runs())["tokens"].spent["hard"]
    assert (spent.updates, spent.tokens, spent.flops) == (10, 1012, 2e12)


def test_runs_that_cannot_be_paired_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="not trained with the same seeds"):
        matched_figures(make_runs()[1:])
    runs = make_runs()
    runs[1] = replace(runs[1], rows=dict(list(runs[1].rows.items())[:-1]))
    with pytest.raises(ValueError, match="hard-updates-11 was not asked the same prompts"):
        matched_figures(runs)
