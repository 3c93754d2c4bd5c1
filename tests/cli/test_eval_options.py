"""What options of `aleator eval` stand for."""

from pathlib import Path

import pytest

from aleator.benchmarks.item_parameters import ItemsFile
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.cli.eval_options import Extent, knowledge_settings, known, names
from aleator.cli.limits import Limits
from aleator.errors import UnknownNameError


def test_every_benchmark_has_its_own_number_of_draws_unless_told() -> None:
    numeric, novelty = NumericSettings(), NoveltySettings()
    own = Extent(Limits(), None, 3).settings(numeric, novelty, Path("mine.yaml"))
    draws = (own.open_ended.draws, own.mcq_positions.draws, own.closed_sets.draws)
    assert draws == (100, 1000, 0)
    assert own.closed_sets.targets == Path("mine.yaml") and own.closed_sets.seed == 3
    told = Extent(Limits(5), 7, 0).settings(numeric, novelty, None)
    assert {told.open_ended.draws, told.mcq_positions.draws, told.closed_sets.draws} == {7}
    assert told.open_ended.limit == told.mcq_positions.limit == 5


def test_knowledge_has_tasks_and_perhaps_a_file_of_items() -> None:
    assert knowledge_settings("local", None, None, 0) == KnowledgeSettings()
    digest = "ab" * 32
    told = knowledge_settings("tiny, facts", f"items@{digest}", 5, 3)
    parameters = ItemsFile(Path("items"), digest)
    assert told == KnowledgeSettings(5, ("tiny", "facts"), 3, parameters=parameters)


def test_names_are_cut_at_commas() -> None:
    assert names(" a, b,,") == ("a", "b")


def test_an_unknown_name_lists_the_known_ones() -> None:
    assert known("way", "b", ("a", "b")) == "b"
    with pytest.raises(UnknownNameError, match="a, b"):
        known("way", "c", ("a", "b"))
