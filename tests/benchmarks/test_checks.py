"""What is refused before anything is loaded or written."""

from pathlib import Path

import pytest

from aleator.benchmarks.catalogue import BENCHMARKS, BenchSettings
from aleator.benchmarks.checks import check_settings
from aleator.benchmarks.closed_prompts import ClosedSetsSettings
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.mcq_positions import McqSettings
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.benchmarks.open_ended import OpenEndedSettings
from aleator.benchmarks.perplexity_texts import PerplexitySettings
from aleator.errors import InputError


@pytest.mark.parametrize("name", BENCHMARKS)
def test_defaults_are_sound(name: str) -> None:
    check_settings(name, BenchSettings(), logits=True)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_limit_below_one_is_refused(name: str) -> None:
    wrong = BenchSettings(
        NumericSettings(limit=0),
        ClosedSetsSettings(limit=0),
        OpenEndedSettings(limit=0),
        McqSettings(limit=0),
        NoveltySettings(limit=0),
        knowledge=KnowledgeSettings(limit=0),
        perplexity=PerplexitySettings(limit=0),
    )
    with pytest.raises(InputError, match="limit=0"):
        check_settings(name, wrong, logits=True)


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("numeric", BenchSettings(numeric=NumericSettings(decimals=40)), "decimals=40"),
        ("open_ended", BenchSettings(open_ended=OpenEndedSettings(draws=-1)), "draws=-1"),
        ("mcq_positions", BenchSettings(mcq_positions=McqSettings(draws=0)), "draws=0"),
        ("knowledge", BenchSettings(knowledge=KnowledgeSettings(tasks=("x",))), "known: local"),
        ("novelty", BenchSettings(novelty=NoveltySettings(file=Path("no"))), "cannot read no"),
        (
            "closed_sets",
            BenchSettings(closed_sets=ClosedSetsSettings(targets=Path("no.yaml"))),
            "cannot read no.yaml",
        ),
        ("perplexity", BenchSettings(perplexity=PerplexitySettings(files=Path("no"))), "read no:"),
        ("perplexity", BenchSettings(perplexity=PerplexitySettings(stride=4096)), "stride=4096"),
    ],
)
def test_what_each_refuses(name: str, wrong: BenchSettings, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_settings(name, wrong, logits=True)


@pytest.mark.parametrize("name", ["numeric", "closed_sets"])
def test_an_endpoint_needs_draws(name: str) -> None:
    settings = BenchSettings(NumericSettings(draws=0), ClosedSetsSettings(draws=0))
    check_settings(name, settings, logits=True)
    with pytest.raises(InputError, match="draws"):
        check_settings(name, settings, logits=False)


def test_an_endpoint_has_no_likelihoods_to_compare() -> None:
    with pytest.raises(InputError, match="log-likelihoods"):
        check_settings("knowledge", BenchSettings(), logits=False)


def test_an_endpoint_has_no_perplexity() -> None:
    check_settings("perplexity", BenchSettings(), logits=True)
    with pytest.raises(InputError, match="needs the model's logits"):
        check_settings("perplexity", BenchSettings(), logits=False)
