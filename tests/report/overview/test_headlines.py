import math
from dataclasses import replace
from pathlib import Path

import pytest

from aleator.report.comparisons import compare
from aleator.report.estimates import Estimate
from aleator.report.load import load_results
from aleator.report.overview.headlines import Headline, headlines
from aleator.report.results import Collection
from aleator.report.retention.comparing import Line, overall
from aleator.report.sentences import with_interval
from tests.report.conftest import EvaluationMaker


def _by_bench(collection: Collection) -> dict[str, Headline]:
    return {one.bench: one for one in headlines(collection)}


def test_numbers_are_the_w1_of_the_first_split(retained: Collection) -> None:
    base, soft = retained.results[:2]
    one = _by_bench(retained)["numeric"]
    assert one.title == "Numbers: normalised W1, held-out families"
    figure = soft.splits["held_out_families"].family_mean["w1_normalised"]
    found = one.own(soft)
    assert found.estimate == figure
    assert found.source.endswith(
        "soft/result.json: bench.numeric.splits.held_out_families.family_mean.w1_normalised"
    )
    moved = one.against(soft, base, ())
    ratio = compare(soft, base, "w1_normalised", "held_out_families").shown_ratio
    assert (moved.outcome, moved.told) == ("better", f"{with_interval(ratio)} of base's")
    assert one.against(base, soft, ()).outcome == "worse"


def test_an_interval_without_width_is_none(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.rows = [row for row in evaluation.rows if row["key"].endswith("/0")]
    figures = evaluation.splits["held_out_families"]["family_mean"]
    figures["w1_normalised"] = dict.fromkeys(("value", "low", "high"), 0.5)
    [one] = headlines(load_results([evaluation.write()]))
    assert one.own(load_results([evaluation.directory]).results[0]).estimate == Estimate(0.5)


def test_draws_stand_in_where_most_have_only_them(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    for split in evaluation.splits.values():
        split["family_mean"]["w1_normalised"] = {"value": None}
    one = _by_bench(load_results([evaluation.write()]))["numeric"]
    assert one.title == "Numbers: normalised W1, from draws, held-out families"


def test_retention_is_the_mean_over_tasks_and_slices(
    retained: Collection, retained_lines: tuple[Line, ...]
) -> None:
    base, soft, hard = retained.results[:3]
    found = _by_bench(retained)
    assert soft.perplexity is not None
    values = [one.perplexity.value or math.nan for one in soft.perplexity.slices.values()]
    own = found["perplexity"].own(soft)
    assert own.estimate.value is not None
    assert abs(own.estimate.value - math.prod(values) ** (1 / 3)) <= 1e-12
    assert own.source.startswith("geometric mean of ") and "perplexity.slices" in own.source
    moved = found["perplexity"].against(soft, base, retained_lines)
    assert moved.outcome == "worse" and moved.told.startswith("+3.3%, ")
    knowledge = found["knowledge"].against(soft, base, retained_lines)
    mine = [one for one in retained_lines if (one.label, one.bench) == ("soft", "knowledge")]
    shift = overall(mine, "knowledge")
    assert shift.high is not None and shift.high < 0
    assert knowledge.outcome == "worse" and knowledge.told.endswith(" against base")
    assert found["knowledge"].against(hard, base, retained_lines).outcome == "better"
    assert found["knowledge"].against(hard, base, ()).outcome == "not compared"
    assert found["knowledge"].own(soft).estimate.value is None  # handmade: no mean is written


def test_an_undefined_slice_leaves_no_mean(retained: Collection) -> None:
    soft = retained.results[1]
    assert soft.perplexity is not None
    slices = dict(soft.perplexity.slices)
    estimate = replace(slices["facts"].perplexity, value=None)
    slices["facts"] = replace(slices["facts"], perplexity=estimate)
    odd = replace(soft, perplexity=replace(soft.perplexity, slices=slices))
    assert _by_bench(retained)["perplexity"].own(odd).estimate.value is None


def test_the_benchmarks_of_language(language_runs: Path) -> None:
    collection = load_results([language_runs / "base", language_runs / "even"])
    base, even = collection.results
    found = _by_bench(collection)
    assert list(found) == ["numeric", "closed_sets", "open_ended", "mcq_positions", "novelty"]
    assert even.closed_sets is not None and even.open_ended is not None
    assert found["closed_sets"].own(even).estimate == even.closed_sets.splits["held_out"].mean["tv"]
    assert found["closed_sets"].against(even, base, ()).outcome == "better"
    assert found["open_ended"].own(even).estimate == even.open_ended.mean["top_share"]
    assert found["open_ended"].against(even, base, ()).outcome == "better"
    assert found["mcq_positions"].against(even, base, ()).told == "too few questions parse"
    assert found["mcq_positions"].beside(even).endswith(" parse")
    assert found["novelty"].against(even, base, ()).told.endswith(" more than base")
    lacking = replace(base, novelty=None, closed_sets=None)
    assert found["novelty"].against(even, lacking, ()).outcome == "not compared"


@pytest.mark.parametrize("bench", ["numeric", "closed_sets", "open_ended", "novelty"])
def test_who_lacks_a_figure_has_none(language_runs: Path, bench: str) -> None:
    [base] = load_results([language_runs / "base"]).results
    bare = replace(base, splits={}, closed_sets=None, open_ended=None, novelty=None)
    one = _by_bench(Collection((base,)))[bench]
    assert one.own(base).estimate.value is not None and one.own(bare).estimate.value is None
