"""The packaged anchor prompts are those that the sandbox makes, and ordinary."""

import json

from aleator.sandbox.anchor_prompts import TOTAL, anchor_lines
from aleator.training.anchor_prompts import packaged_prompts


def test_the_packaged_file_is_what_is_made() -> None:
    lines = anchor_lines()
    assert packaged_prompts().read_text(encoding="utf-8") == "".join(f"{one}\n" for one in lines)
    assert len(lines) == TOTAL


def test_nothing_asks_for_a_random_choice() -> None:
    prompts = [str(json.loads(line).get("prompt", "")).lower() for line in anchor_lines()]
    assert sum(map(bool, prompts)) > 300
    for word in ("random", "choose", "pick", "roll", "flip", "toss", "distribution"):
        assert not any(word in prompt for prompt in prompts), word
