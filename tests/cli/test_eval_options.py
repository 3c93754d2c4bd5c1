"""What options of `aleator eval` stand for."""

from pathlib import Path

import pytest

from aleator.benchmarks.novelty import NoveltySettings
from aleator.benchmarks.numeric import NumericSettings
from aleator.cli.eval_options import Extent, known, names, scales
from aleator.errors import InputError, UnknownNameError


def test_every_benchmark_has_its_own_number_of_draws_unless_told() -> None:
    numeric, novelty = NumericSettings(), NoveltySettings()
    own = Extent(None, None, 3).settings(numeric, novelty, Path("mine.yaml"))
    draws = (own.open_ended.draws, own.mcq_positions.draws, own.closed_sets.draws)
    assert draws == (100, 1000, 0)
    assert own.closed_sets.targets == Path("mine.yaml") and own.closed_sets.seed == 3
    told = Extent(5, 7, 0).settings(numeric, novelty, None)
    assert {told.open_ended.draws, told.mcq_positions.draws, told.closed_sets.draws} == {7}
    assert told.open_ended.limit == told.mcq_positions.limit == 5


def test_names_are_cut_at_commas() -> None:
    assert names(" a, b,,") == ("a", "b")


def test_an_unknown_name_lists_the_known_ones() -> None:
    assert known("way", "b", ("a", "b")) == "b"
    with pytest.raises(UnknownNameError, match="a, b"):
        known("way", "c", ("a", "b"))


def test_scales_are_numbers_each_once() -> None:
    assert scales(None, None) == ()
    assert scales("0, 0.25,1,0.250", Path("a")) == (0.0, 0.25, 1.0)


@pytest.mark.parametrize("listed", ["-1", "half", "0.5,nan", "inf", ","])
def test_a_scale_that_is_none(listed: str) -> None:
    with pytest.raises(InputError, match="--adapter-scale .*from 0 on"):
        scales(listed, Path("a"))


def test_a_scale_needs_an_adapter() -> None:
    with pytest.raises(InputError, match="give one with --adapter"):
        scales("0.5", None)
