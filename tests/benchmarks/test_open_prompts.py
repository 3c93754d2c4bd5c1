"""The prompts: how many, how varied, and that a limit spreads."""

import pytest

from aleator.benchmarks.open_prompts import all_prompts, some_prompts
from aleator.errors import InputError
from aleator.sandbox.categories import CATEGORIES


def test_there_are_102_of_many_kinds_and_wordings() -> None:
    prompts = all_prompts()
    assert len(prompts) == 102
    assert len({one.text.casefold() for one in prompts}) == 102 == len({one.key for one in prompts})
    assert [one.place for one in prompts] == list(range(102))
    assert len({one.kind for one in prompts}) >= 12
    assert len({one.text.split()[0] for one in prompts}) >= 9
    texts = {one.text for one in prompts}
    assert "Name a random city. Output ONLY the answer." in texts
    assert "Pick a random weekday. Output ONLY the answer." in texts
    assert all(text == " ".join(text.split()) and text.endswith(".") for text in texts)


def test_the_sandbox_model_knows_most_of_what_is_asked() -> None:
    names = sorted({one for row in CATEGORIES.values() for one in row.singulars})
    known = [prompt for prompt in all_prompts() if any(f" {name}" in prompt.text for name in names)]
    assert len(known) >= 75


def test_a_limit_spreads_over_the_kinds() -> None:
    assert some_prompts(None) == all_prompts() == some_prompts(500)
    some = some_prompts(10)
    assert len(some) == 10 and len({one.kind for one in some}) >= 8
    assert some[0] == all_prompts()[0] and some[-1] == all_prompts()[-1]
    assert len(some_prompts(1)) == 1


def test_no_prompt_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="limit=0"):
        some_prompts(0)
