"""The packaged anchor prompts are those that the sandbox makes, and none that anything measures."""

import json
from pathlib import Path

from aleator.benchmarks.mcq_positions import MCQ_PROMPT
from aleator.files import read_rows
from aleator.sandbox.anchor_prompts import ITEMS, main
from aleator.training.anchor_prompts import packaged_prompts

DATA = Path("src/aleator/benchmarks/data")


def test_the_packaged_file_is_what_is_made(tmp_path: Path) -> None:
    main([str(tmp_path / "made.jsonl")])
    made = (tmp_path / "made.jsonl").read_text(encoding="utf-8")
    assert packaged_prompts().read_text(encoding="utf-8") == made
    assert len(read_rows(packaged_prompts())) == ITEMS


def test_nothing_asks_for_a_random_choice() -> None:
    prompts = [str(row.get("prompt", "")).lower() for row in read_rows(packaged_prompts())]
    assert sum(map(bool, prompts)) == ITEMS * 3 // 4
    for word in ("random", "choose", "pick", "roll", "flip", "toss", "distribution"):
        assert not any(word in prompt for prompt in prompts), word


def test_nothing_is_an_item_of_a_benchmark() -> None:
    files = [*DATA.glob("knowledge_*.jsonl"), *(DATA / "perplexity").glob("*.jsonl")]
    measured = {MCQ_PROMPT}
    for path in files:
        measured |= {str(row.get("question", row.get("text"))) for row in read_rows(path)}
    assert len(measured) > 1500
    for row in read_rows(packaged_prompts()):
        assert row.get("prompt", row.get("text")) not in measured, json.dumps(row)
