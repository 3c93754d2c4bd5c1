import json
from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.estimates import Estimate
from aleator.report.read_result import read_result
from tests.report.conftest import EvaluationMaker
from tests.report.language import LANGUAGE, changed, copied


def test_figures_are_read_as_written(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("soft", adapter="train/soft/adapter", collapse=0.1)
    result = read_result(evaluation.write())
    written = evaluation.splits["held_out_families"]
    read = result.splits["held_out_families"]
    shape = written["family_mean"]["shape_kl"]
    assert read.family_mean["shape_kl"] == Estimate(shape["value"], shape["low"], shape["high"])
    assert read.families["chi"]["value_tv"].value == written["families"]["chi"]["value_tv"]
    assert (read.prompts, result.adapter, result.seed) == (24, "train/soft/adapter", 11)
    assert result.command == "aleator eval sandbox"
    assert len(result.rows) == 24 + 28


def test_a_row_keeps_its_figures_parameters_and_curve(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    result = read_result(evaluation.write())
    row, written = result.rows[2], evaluation.rows[2]
    assert row.metrics["w1_normalised"] == written["w1_normalised"]
    assert row.parameters == (("mu", 2.0), ("sigma", 1.5))
    assert row.curve is not None and list(row.curve.model) == written["cdf"]["model"]
    assert result.rows[0].curve is None


def test_undefined_figures_are_none(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.rows[0]["w1_sampled"] = None
    evaluation.rows[1]["w1_sampled"] = float("nan")
    evaluation.splits["held_out_families"]["family_mean"]["w1_sampled"] = {
        "value": None,
        "low": None,
        "high": None,
    }
    result = read_result(evaluation.write())
    assert [row.metrics["w1_sampled"] for row in result.rows[:2]] == [None, None]
    assert result.splits["held_out_families"].family_mean["w1_sampled"] == Estimate(None)


def test_other_settings_are_kept_as_text(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.top["limit"] = 12
    evaluation.top["bench"]["numeric"]["settings"] = {"draws": 1000, "tree": {"nodes": None}}
    settings = read_result(evaluation.write()).settings
    assert settings == {
        "limit": "12",
        "numeric: settings.draws": "1000",
        "numeric: settings.tree.nodes": "none",
    }


def test_the_adapters_training_run_is_read_where_it_is(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    run = tmp_path / "train" / "soft"
    run.mkdir(parents=True)
    record = {"method": "soft", "seed": 11, "spent": {"updates": 500}, "recipe": {"epochs": None}}
    (run / "run.yaml").write_text(json.dumps(record))
    known = read_result(make_evaluation("a", adapter=str(run / "adapter")).write())
    assert known.training == {
        "record": str(run / "run.yaml"),
        "method": "soft",
        "seed": "11",
        "spent.updates": "500",
    }
    assert read_result(make_evaluation("b", adapter="gone/adapter").write()).training == {}
    assert read_result(make_evaluation("c").write()).training == {}


def test_a_result_without_any_benchmark_is_refused(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.top["bench"] = {"another": {}}
    directory = evaluation.write()
    with pytest.raises(
        InputError, match=rf"^{directory} has no benchmark that a report shows.*--bench numeric"
    ):
        read_result(directory)


def test_missing_rows_are_named(make_evaluation: EvaluationMaker) -> None:
    directory = make_evaluation("base").write()
    (directory / "rows" / "numeric.jsonl").unlink()
    with pytest.raises(InputError, match=r"base is incomplete: rows/numeric\.jsonl is missing"):
        read_result(directory)


def test_another_schema_is_refused(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.top["schema_version"] = 99
    with pytest.raises(InputError, match="schema_version 99"):
        read_result(evaluation.write())


def test_a_torn_file_is_refused(make_evaluation: EvaluationMaker) -> None:
    directory = make_evaluation("base").write()
    path: Path = directory / "result.json"
    path.write_text(path.read_text()[:-40])
    with pytest.raises(InputError, match=r"result\.json is not JSON"):
        read_result(directory)


@pytest.mark.parametrize("field", ["key", "split", "family", "prompt"])
def test_a_row_that_lacks_a_field_is_named_by_its_line(
    make_evaluation: EvaluationMaker, field: str
) -> None:
    evaluation = make_evaluation("base")
    del evaluation.rows[1][field]
    with pytest.raises(InputError, match=rf"numeric\.jsonl lacks line 2\.{field}"):
        read_result(evaluation.write())


def test_curves_of_different_lengths_are_refused(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    evaluation.rows[2]["cdf"]["model"] = [0.5]
    with pytest.raises(InputError, match=r"line 3\.cdf has lists of different lengths"):
        read_result(evaluation.write())


def test_an_estimate_without_a_value_is_refused(make_evaluation: EvaluationMaker) -> None:
    evaluation = make_evaluation("base")
    del evaluation.splits["unseen_parameters"]["family_mean"]["shape_kl"]["value"]
    directory = evaluation.write()
    assert (
        "value"
        not in json.loads((directory / "result.json").read_text())["bench"]["numeric"]["splits"][
            "unseen_parameters"
        ]["family_mean"]["shape_kl"]
    )
    with pytest.raises(InputError, match=r"unseen_parameters\.family_mean\.shape_kl\.value"):
        read_result(directory)


def test_a_directory_may_have_any_of_the_benchmarks(language_runs: Path, tmp_path: Path) -> None:
    base, hot = copied(language_runs, tmp_path, "base", "hot")
    assert read_result(base).benches == {"numeric", *LANGUAGE}
    assert read_result(hot).benches == {"closed_sets", "open_ended"}
    alone = read_result(changed(hot, {"closed_sets": None}))
    assert alone.benches == {"open_ended"} and alone.rows == () and alone.splits == {}


def test_settings_of_every_benchmark_begin_with_its_name(language_runs: Path) -> None:
    settings = read_result(language_runs / "hot").settings
    assert settings["closed_sets: draws"] == "40"
    assert settings["closed_sets: method.temperature"] == "3"
    assert settings["open_ended: max_new_tokens"] == "4"
    figures = ("splits", "sets", "mean", "tokens_per", "written_tokens", "kinds", "support")
    fields = [name.partition(": ")[2] for name in settings]
    assert not [name for name in fields for word in figures if name.startswith(word)]
    others = read_result(language_runs / "base").settings
    assert others["novelty: partition"] == "rule" and others["mcq_positions: draws"] == "30"


def test_all_files_of_rows_are_counted(language_runs: Path) -> None:
    files = read_result(language_runs / "base").row_files
    assert files[str(language_runs / "base" / "rows" / "novelty.generations.jsonl")] == 6
    assert files[str(language_runs / "base" / "rows" / "closed_sets.jsonl")] == 16


def test_retention_is_read_with_its_settings(retained_runs: Path) -> None:
    result = read_result(retained_runs / "soft")
    assert result.knowledge is not None and result.perplexity is not None
    assert {"knowledge", "perplexity"} <= result.benches
    assert result.settings["perplexity: context_used"] == "512"
    assert result.settings["knowledge: harness"] == "lm-eval 0.4.13"
    assert not any("slices" in name or "tasks" in name for name in result.settings)


def test_an_adapters_scale_is_1_where_the_file_says_nothing(
    make_evaluation: EvaluationMaker,
) -> None:
    for name, stated, read in (("a", 0.25, 0.25), ("b", None, 1.0), ("c", 0, 0.0)):
        evaluation = make_evaluation(name, adapter="dir")
        evaluation.top["adapter_scale"] = stated
        result = read_result(evaluation.write())
        assert (result.adapter_scale, result.is_base) == (read, read == 0)
    evaluation = make_evaluation("d", adapter="dir")
    assert read_result(evaluation.write()).adapter_scale == 1.0
    evaluation = make_evaluation("e", adapter="dir")
    evaluation.top["adapter_scale"] = "half"
    with pytest.raises(InputError, match="adapter_scale should be a number"):
        read_result(evaluation.write())
