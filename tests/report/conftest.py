"""Evaluation directories written by hand, in the schema that `aleator eval` writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.handmade import Evaluation, make_evaluation, write_three
from tests.report.language import make_language_runs

EvaluationMaker = Callable[..., Evaluation]


@pytest.fixture(name="make_evaluation")
def make_evaluation_here(tmp_path: Path) -> EvaluationMaker:
    """`make_evaluation(name, adapter=None, collapse=0.8)`: an evaluation, not yet written."""

    def make(name: str, *, adapter: str | None = None, collapse: float = 0.8) -> Evaluation:
        return make_evaluation(tmp_path / name, adapter=adapter, collapse=collapse)

    return make


@pytest.fixture
def three_conditions(tmp_path: Path) -> list[Path]:
    """Base, soft and hard, written; soft and hard meet every goal."""
    return write_three(tmp_path)


@pytest.fixture(scope="session")
def language_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directories of real results of all benchmarks, not to be changed: see `language`."""
    return make_language_runs(tmp_path_factory.mktemp("language"))
