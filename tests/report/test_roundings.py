"""Conditions and bases of other weights, told on the page, the overview and the card."""

from pathlib import Path

import yaml

from aleator.report.load import load_results
from aleator.report.page import render_page
from aleator.report.pages import write_pages
from aleator.report.roundings import rounded_otherwise
from tests.report.conftest import EvaluationMaker

OWN, ROUNDED = "the model's weights as they are", "weights rounded to four bits (nf4)"


def evaluated(
    make: EvaluationMaker, name: str, quantisation: str | None, adapter: Path | None = None
) -> Path:
    evaluation = make(name, adapter=None if adapter is None else str(adapter))
    if quantisation is not None:
        evaluation.top["quantisation"] = quantisation
    return evaluation.write()


def trained(folder: Path, quantisation: str | None) -> Path:
    folder.mkdir()
    record = {"method": "soft", "recipe": {"quantisation": quantisation}}
    (folder / "run.yaml").write_text(yaml.safe_dump(record))
    return folder / "adapter"


def told(*directories: Path) -> list[str]:
    return [*rounded_otherwise(load_results(directories))]


def test_like_beside_like_says_nothing(make_evaluation: EvaluationMaker, tmp_path: Path) -> None:
    for kind in (None, "nf4"):
        adapter = trained(tmp_path / f"run-{kind}", kind)
        base = evaluated(make_evaluation, f"base-{kind}", kind)
        assert told(base, evaluated(make_evaluation, f"soft-{kind}", kind, adapter)) == []


def test_either_way_round_is_told_once_for_all(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    rounded = evaluated(make_evaluation, "base-nf4", "nf4")
    plain = evaluated(make_evaluation, "base", None)
    soft, hard = (
        evaluated(make_evaluation, name, "nf4", trained(tmp_path / f"run-{name}", "nf4"))
        for name in ("soft", "hard")
    )
    other = evaluated(make_evaluation, "other", None, Path("nowhere/adapter"))
    [sentence] = told(plain, soft, hard)
    assert sentence.startswith(
        f"soft and hard: measured on {ROUNDED}, but compared with base on {OWN}, so that part"
    )
    [sentence] = told(rounded, other)
    assert sentence.startswith(f"other: measured on {OWN}, but compared with base-nf4 on {ROUNDED}")
    assert told(plain, rounded, soft, hard, other) == [], "each has a base of its own kind"


def test_a_base_of_its_own_kind_is_preferred(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    plain = evaluated(make_evaluation, "base", None)
    rounded = evaluated(make_evaluation, "base-nf4", "nf4")
    soft = evaluated(make_evaluation, "soft", "nf4", tmp_path)
    collection = load_results([plain, rounded, soft])
    base = collection.base_of(collection.results[-1])
    assert base is not None and base.label == "base-nf4"


def test_an_adapter_on_other_weights_than_it_learned_with_is_told(
    make_evaluation: EvaluationMaker, tmp_path: Path
) -> None:
    adapter = trained(tmp_path / "run", "nf4")
    plain = evaluated(make_evaluation, "base", None)
    declined = evaluated(make_evaluation, "declined", None, adapter)
    assert told(plain, declined) == [f"declined: trained on {ROUNDED}, but measured on {OWN}."]


def test_page_and_overview_say_it(make_evaluation: EvaluationMaker, tmp_path: Path) -> None:
    plain = evaluated(make_evaluation, "base", None)
    soft = evaluated(make_evaluation, "soft", "nf4", tmp_path)
    other = make_evaluation("other")
    other.top["model"] = "another"
    collection = load_results([plain, soft, other.write()])
    sentence = f"measured on {ROUNDED}, but compared with".replace("'", "&#39;")
    assert sentence in render_page(load_results([plain, soft]))
    overview, *_ = write_pages(collection, tmp_path / "report.html")
    assert sentence in overview.read_text()
