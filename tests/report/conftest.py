"""Evaluation directories written by hand, in the schema that `aleator eval` writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aleator.report.load import load_results
from aleator.report.results import Collection
from aleator.report.retention.comparing import BENCHES, Line, retention_lines
from tests.report.handmade import Evaluation, make_evaluation, write_three
from tests.report.language import make_language_runs
from tests.report.matrices import write_matrix
from tests.report.retaining import write_retained, write_scales

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


@pytest.fixture(scope="session")
def retained_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Base, soft and hard with retention, and a dial of five scales, not to be changed."""
    folder = tmp_path_factory.mktemp("retained")
    write_retained(folder)
    write_scales(folder, "dial", "train/dial/adapter")
    return folder


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    """A whole matrix of two models, three conditions and three benchmarks, to be changed."""
    return write_matrix(tmp_path)


@pytest.fixture(scope="session")
def retained(retained_runs: Path) -> Collection:
    """The same, read: base, soft, hard and the dial at scale 1; its other scales aside."""
    names = ("base", "soft", "hard", "dial")
    return load_results([retained_runs / name for name in names])


@pytest.fixture(scope="session")
def retained_lines(retained: Collection) -> tuple[Line, ...]:
    """Both benchmarks of `retained` against base."""
    return tuple(line for bench in BENCHES for line in retention_lines(retained, bench))
