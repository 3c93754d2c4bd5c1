from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.files import read_rows
from aleator.sampling.cost import CostLog, PromptCost, counted
from aleator.sampling.draws import Answer, Draws
from tests.sampling.scripted import Script

FIRST = Draws((Answer("a", 3, truncated=False), Answer("", 2, truncated=True)), 7, 90, invalid=2)
SECOND = Draws((Answer("b", 5, truncated=False),), None, 10)


def _script() -> Script:
    return Script({"Pick": FIRST, "Go": SECOND})


def test_draws_pass_through_and_costs_add_up(tmp_path: Path) -> None:
    script = _script()
    log = CostLog(tmp_path / "rows" / "cost.jsonl")
    source = counted(script, log)(9, system="Be short.", temperature=2.0)
    assert (script.max_new_tokens, script.system, script.temperature) == (9, "Be short.", 2.0)
    assert list(source.draw_each(["Pick", "Go"], 5, 1)) == [FIRST, SECOND]
    assert list(source.draw_each(["Pick"], 5, 2, [4])) == [FIRST]
    assert script.asked == [(("Pick", "Go"), 5, 1, None), (("Pick",), 5, 2, (4,))]
    assert log.costs == [PromptCost(5, 90, 2), PromptCost(5, 10, 0), PromptCost(5, 90, 2)]
    log.finish()
    assert len(read_rows(tmp_path / "rows" / "cost.jsonl")) == 3


def test_costs_are_kept_as_draws_come(tmp_path: Path) -> None:
    log = CostLog(tmp_path / "cost.jsonl")
    source = counted(_script(), log)(9)
    next(iter(source.draw_each(["Pick", "Go"], 5, 1)))
    assert CostLog(tmp_path / "cost.jsonl").costs == [PromptCost(5, 90, 2)]


def test_what_is_drawn_again_after_a_kill_counts_once(tmp_path: Path) -> None:
    first = CostLog(tmp_path / "cost.jsonl")
    list(counted(_script(), first)(9).draw_each(["Pick"], 5, 1, [0]))
    again = CostLog(tmp_path / "cost.jsonl")
    list(counted(_script(), again)(9).draw_each(["Pick", "Go"], 5, 1))
    assert again.costs == [PromptCost(5, 90, 2), PromptCost(5, 10, 0)]
    again.finish()
    assert CostLog(tmp_path / "cost.jsonl").costs == again.costs


def test_equal_prompts_of_two_streams_are_two(tmp_path: Path) -> None:
    log = CostLog(tmp_path / "cost.jsonl")
    list(counted(_script(), log)(9).draw_each(["Go", "Go"], 5, 1, [3, 4]))
    assert log.costs == [PromptCost(5, 10, 0)] * 2


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cost.jsonl"
    path.write_text("no json\n")
    with pytest.raises(InputError, match="one JSON object a line"):
        CostLog(path)
