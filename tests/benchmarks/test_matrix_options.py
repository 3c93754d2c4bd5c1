"""Options in a matrix file are those of `aleator eval`, and wrong ones are seen on reading."""

import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from aleator.benchmarks.catalogue import BENCHMARKS
from aleator.benchmarks.matrix_options import OPTIONS, eval_arguments
from aleator.cli.eval import evaluate
from aleator.errors import InputError


def test_every_benchmark_has_its_options_and_eval_has_them_all() -> None:
    assert tuple(OPTIONS) == BENCHMARKS
    known = inspect.signature(evaluate).parameters
    for options in OPTIONS.values():
        for name, field in options.model_fields.items():
            assert name in known
            if field.default is not None and name != "novelty_sets" and name != "knowledge_tasks":
                assert field.default == known[name].default
    assert OPTIONS["novelty"]().given() == {}


def test_only_what_was_given_is_said() -> None:
    given = {"limit": 5, "novelty_sets": ["curated", "wildchat"], "draws": None}
    options = OPTIONS["novelty"].model_validate(given)
    options.check()
    assert options.given() == {"limit": 5, "novelty_sets": ["curated", "wildchat"]}
    assert eval_arguments(options.given()) == (
        *("--limit", "5"),
        *("--novelty-sets", "curated,wildchat"),
    )


@pytest.mark.parametrize(
    ("bench", "given", "told"),
    [
        ("numeric", {"decimals": 99}, "decimals"),
        ("closed_sets", {"targets": "nowhere.yaml"}, "unknown target file 'nowhere.yaml'"),
        ("novelty", {"novelty_sets": ["curate"]}, "did you mean 'curated'"),
        ("novelty", {"novelty_file": "nowhere.jsonl"}, "cannot read nowhere.jsonl"),
        ("novelty", {"novelty_partition": "validity"}, "'validity' rates answers"),
        ("novelty", {"novelty_scorer": "rule"}, "'rule' compares answers"),
        ("knowledge", {"knowledge_tasks": ["tinny"]}, "did you mean 'tiny'"),
        ("knowledge", {"knowledge_items": "nowhere.json"}, "nowhere.json"),
        ("perplexity", {"perplexity_texts": "palom"}, "did you mean 'paloma'"),
        ("perplexity", {"perplexity_stride": 4096}, "stride=4096"),
        ("perplexity", {"perplexity_files": "nowhere"}, "nowhere"),
    ],
)
def test_what_makes_no_sense_is_refused(bench: str, given: dict[str, object], told: str) -> None:
    options = OPTIONS[bench].model_validate(given)
    with pytest.raises(InputError) as caught:
        options.check()
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("bench", "given"),
    [
        ("numeric", {"limit": 0}),
        ("numeric", {"limit": "5"}),
        ("numeric", {"splits": ["tests"]}),
        ("mcq_positions", {"draws": 0}),
        ("perplexity", {"draws": 3}),
        ("knowledge", {"knowledge_tasks": []}),
    ],
)
def test_what_is_no_option_is_refused(bench: str, given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OPTIONS[bench].model_validate(given)


def test_published_sets_and_judges_are_not_fetched(tmp_path: Path) -> None:
    judges = {"novelty_partition": "published", "novelty_scorer": "published"}
    OPTIONS["novelty"].model_validate({"novelty_sets": ["wildchat"], **judges}).check()
    OPTIONS["perplexity"].model_validate({"perplexity_texts": "paloma"}).check()
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"text": "one"}\n')
    OPTIONS["perplexity"].model_validate({"perplexity_files": str(texts)}).check()
