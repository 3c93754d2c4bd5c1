from pathlib import Path

from aleator.report.comparisons import goal_lines
from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.sentences import Told
from aleator.report.words import Headline, far_families, headline
from tests.report.conftest import EvaluationMaker


def _headline(directories: list[Path]) -> Headline:
    collection = load_results(directories)
    return headline(collection, goal_lines(collection))


def test_when_all_goals_are_met_nothing_failed(three_conditions: list[Path]) -> None:
    found = _headline(three_conditions)
    assert found.title == "sandbox: 10 of 10 goals met"
    assert found.failures == (
        "No stated goal was missed.",
        "No family evaluated is worse than base in value TV or normalised W1.",
    )
    assert any("its likeliest value takes" in sentence for sentence in found.base)
    assert found.changes[0].startswith("soft, held-out families: shape KL fell to 0.1")


def test_goals_met_without_an_interval_are_counted_apart(make_evaluation: EvaluationMaker) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir", collapse=0.1)
    for one in (base, soft):  # the first prompt of each family
        firsts = {(row["split"], row["family"]): row for row in reversed(one.rows)}
        one.rows[:] = list(firsts.values())[::-1]
    found = _headline([base.write(), soft.write()])
    assert "5 of 5 goals met (5 of them on the ratio alone)" in found.title


def test_what_failed_is_said(make_evaluation: EvaluationMaker) -> None:
    base = make_evaluation("base").write()
    worse = make_evaluation("soft", adapter="dir", collapse=0.95)
    for row in worse.rows:
        row["valid_mass"] = 0.5
    found = _headline([base, worse.write()])
    assert found.title == ("sandbox: 0 of 5 goals met, 5 not met; got worse: 13 families with soft")
    assert found.failures[0].startswith("soft, not met: shape KL on held-out families (")
    assert any("soft lost valid mass on held-out families" in one for one in found.failures)
    assert "rose to" in found.changes[0]


def test_a_family_that_got_worse_is_named_though_all_goals_are_met(
    make_evaluation: EvaluationMaker,
) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir", collapse=0.08)
    for rows, figure in ((base.rows, 1.37), (soft.rows, 2.29)):
        for row in rows:
            if row["family"] == "gumbel":
                row["w1_normalised"] = figure + 0.001 * (figure - 1) * int(row["key"][-1])
    found = _headline([base.write(), soft.write()])
    assert found.title == "sandbox: 5 of 5 goals met; got worse: 1 family with soft"
    assert found.failures == (
        "No stated goal was missed.",
        "soft, unseen parameters, worse than base: gumbel normalised W1 1.37 → 2.29 (4 prompts).",
        "soft, unseen parameters, normalised W1 above 1, worse than always answering the median: "
        "gumbel (2.29).",
    )


def test_an_interval_that_holds_the_goal_is_undecided(make_evaluation: EvaluationMaker) -> None:
    base = make_evaluation("base").write()
    near = make_evaluation("soft", adapter="dir", collapse=0.4).write()
    found = _headline([base, near])
    assert any(
        "undecided, the interval holds the goal: " in sentence for sentence in found.failures
    )


def test_a_ratio_near_one_is_no_change(make_evaluation: EvaluationMaker) -> None:
    base, same = make_evaluation("base"), make_evaluation("same", adapter="dir")
    for row, other in zip(same.rows, base.rows, strict=True):
        row["shape_kl"] = 1.001 * other["shape_kl"]
    changes = _headline([base.write(), same.write()]).changes
    assert changes[0].startswith("same, held-out families: shape KL stayed at 1.00, ")


def test_the_part_of_shape_in_the_lost_nats(three_conditions: list[Path]) -> None:
    """Hand-made rows split every sequence KL 40 : 3."""
    assert "93.0% were shape, the rest spelling" in _headline(three_conditions).changes[0]


def test_a_base_alone_is_described(make_evaluation: EvaluationMaker) -> None:
    found = _headline([make_evaluation("base").write()])
    assert found.title == "sandbox: how random its answers are"
    assert found.base and not found.changes


def test_a_condition_without_figures_is_said_not_to_compare(
    make_evaluation: EvaluationMaker,
) -> None:
    base, soft = make_evaluation("base"), make_evaluation("soft", adapter="dir")
    for row in soft.rows:
        row["key"] = "other/" + row["key"]
    found = _headline([base.write(), soft.write()])
    assert found.changes[0] == "soft, held-out families: nothing can be compared with base."
    assert any(sentence.startswith("soft, not measured: ") for sentence in found.failures)


def test_the_families_farthest_from_their_target(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    families = evaluation.splits["held_out_families"]["families"]
    families["chi"] |= {"value_tv": 0.9, "modal_share": 0.75}
    families["poisson"] |= {"value_tv": None}
    collection: Collection = load_results([evaluation.write()])
    told = far_families(collection.results[0], "held_out_families")
    assert told.startswith("chi (value TV 0.900, top answer 75%), ")
    assert "poisson" not in told
    assert far_families(collection.results[0], "absent") == ""


def test_sections_add_to_the_first_lines(three_conditions: list[Path]) -> None:
    collection = load_results(three_conditions)
    told = Told(("Base is flat.",), ("It moved.",), ("It broke.",), ("More.",))
    found = headline(collection, goal_lines(collection), [told])
    assert (found.base[-1], found.changes[-1]) == ("Base is flat.", "It moved.")
    assert found.failures[-1] == "It broke."


def test_without_goals_none_is_said_to_be_met() -> None:
    told = Told((), ("It moved.",), (), ())
    found = headline(Collection(()), (), [told])
    assert found.failures == ("Nothing that is looked for here.",)


def test_a_condition_asked_by_draws_is_compared_by_draws(
    make_evaluation: EvaluationMaker,
) -> None:
    base, asked = make_evaluation("base"), make_evaluation("asked", adapter="dir", collapse=0.2)
    for row in asked.rows:
        row |= dict.fromkeys(("shape_kl", "value_tv", "w1_normalised"))
    changes = _headline([base.write(), asked.write()]).changes
    assert changes[0].startswith("asked, held-out families: normalised W1, from draws fell to 0.")
