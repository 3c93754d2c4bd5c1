"""What options of `aleator eval` stand for."""

from pathlib import Path

import pytest

from aleator.benchmarks.item_parameters import ItemsFile
from aleator.benchmarks.knowledge import KnowledgeSettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.cli.eval_settings import Extent, known, names, scales
from aleator.cli.limits import Limits
from aleator.errors import InputError, UnknownNameError


def test_every_benchmark_has_its_own_number_of_draws_unless_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("sets: []")
    own = Extent(Limits(), None, 3)
    assert own.numeric("", 2) == NumericSettings(decimals=2, seed=3)
    assert (own.open_ended().draws, own.mcq_positions().draws) == (100, 1000)
    closed = own.closed_sets(str(tmp_path / "mine.yaml"))
    assert (closed.draws, closed.seed, closed.targets) == (0, 3, tmp_path / "mine.yaml")
    told = Extent(Limits(), 7, 0)
    assert told.numeric("", 2).draws == told.closed_sets(None).draws == 7
    assert told.novelty("sandbox", None, "rule", "validity").draws == 7


def test_limits_go_to_their_benchmarks() -> None:
    extent = Extent(Limits(named={"mcq_positions": 2, "knowledge": 9}), None, 0)
    assert extent.mcq_positions().limit == 2
    assert extent.knowledge("local", None).limit == 9
    assert extent.open_ended().limit is None
    assert extent.perplexity("sandbox", None, 64, 32).limit is None


def test_splits_are_kept_in_their_own_order() -> None:
    extent = Extent(Limits(), None, 0)
    assert extent.numeric("held_out_families,train", 2).splits == ("train", "held_out_families")
    with pytest.raises(UnknownNameError, match="held_out_families"):
        extent.numeric("elsewhere", 2)


def test_a_target_file_may_be_one_that_came_with_aleator() -> None:
    closed = Extent(Limits(), None, 0).closed_sets("language/closed_sets")
    assert closed.targets is not None and closed.targets.is_file()


def test_windows_and_judges_are_passed_on() -> None:
    extent = Extent(Limits(), None, 4)
    perplexity = extent.perplexity("paloma", Path("texts"), 64, 32)
    assert (perplexity.context, perplexity.stride) == (64, 32)
    assert (perplexity.texts, perplexity.files, perplexity.seed) == ("paloma", Path("texts"), 4)
    novelty = extent.novelty("a,b", None, "mine", "theirs")
    assert (novelty.sets, novelty.partition, novelty.scorer) == (("a", "b"), "mine", "theirs")


def test_knowledge_has_tasks_and_perhaps_a_file_of_items() -> None:
    assert Extent(Limits(), None, 0).knowledge("local", None) == KnowledgeSettings()
    digest = "ab" * 32
    told = Extent(Limits(5), None, 3).knowledge("tiny, facts", f"items@{digest}")
    parameters = ItemsFile(Path("items"), digest)
    assert told == KnowledgeSettings(5, ("tiny", "facts"), 3, parameters=parameters)


def test_names_are_cut_at_commas() -> None:
    assert names(" a, b,,") == ("a", "b")


def test_an_unknown_name_lists_the_known_ones() -> None:
    assert known("way", "b", ("a", "b")) == "b"
    with pytest.raises(UnknownNameError, match="a, b"):
        known("way", "c", ("a", "b"))


def test_scales_are_numbers_each_once() -> None:
    assert scales(None, None) == ()
    assert scales("0, 0.25,1", Path("a")) == (0.0, 0.25, 1.0)
    for twice in ("0,0", "0.25,1,0.250", "-0,1,0"):
        with pytest.raises(InputError, match=r"names (0|0\.25) twice: give each factor once"):
            scales(twice, Path("a"))


@pytest.mark.parametrize("listed", ["-1", "half", "0.5,nan", "inf", ","])
def test_a_scale_that_is_none(listed: str) -> None:
    with pytest.raises(InputError, match="--adapter-scale .*from 0 on"):
        scales(listed, Path("a"))


def test_a_scale_needs_an_adapter() -> None:
    with pytest.raises(InputError, match="give one with --adapter"):
        scales("0.5", None)
