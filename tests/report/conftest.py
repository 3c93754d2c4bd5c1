"""Evaluation directories written by hand, in the schema that `aleator eval` writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.handmade import Evaluation, make_evaluation, write_three

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
