"""What `aleator eval --help` says of its options."""

from collections.abc import Sequence
from typing import get_args

import pytest
from typer.models import OptionInfo

from aleator.benchmarks.catalogue import BENCHMARKS
from aleator.benchmarks.knowledge_tasks import CHOICES
from aleator.benchmarks.method_settings import METHODS
from aleator.benchmarks.novelty_sets import SETS
from aleator.benchmarks.perplexity_texts import TEXTS
from aleator.cli import eval_options


@pytest.mark.parametrize(
    ("option", "choices"),
    [
        (eval_options.Benches, BENCHMARKS),
        (eval_options.MethodName, METHODS),
        (eval_options.NoveltySets, SETS),
        (eval_options.PerplexityTexts, TEXTS),
        (eval_options.KnowledgeTasks, CHOICES),
    ],
)
def test_help_names_every_choice(option: object, choices: Sequence[str]) -> None:
    told = get_args(option)[1]
    assert isinstance(told, OptionInfo) and told.help is not None
    assert all(choice in told.help for choice in choices)
