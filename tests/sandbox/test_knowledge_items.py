"""The packaged items are what the generator makes, and are what they are said to be."""

import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import cast

import pytest

from aleator.sandbox.arithmetic import STORIES
from aleator.sandbox.categories import CATEGORIES
from aleator.sandbox.knowledge import FACTS
from aleator.sandbox.knowledge_items import (
    ITEMS,
    NEW_STORIES,
    TASKS,
    arithmetic_items,
    as_lines,
    category_items,
    fact_items,
    write_items,
)

REMEDY = "make the files of src/aleator/benchmarks/data again with write_items"
DATA = resources.files("aleator.benchmarks").joinpath("data")


@pytest.mark.parametrize("task", TASKS)
def test_the_packaged_file_is_what_the_generator_makes(task: str) -> None:
    packaged = DATA.joinpath(f"knowledge_{task}.jsonl").read_text("utf-8")
    assert packaged == as_lines(TASKS[task]()), REMEDY


def test_all_files_together_are_small(tmp_path: Path) -> None:
    write_items(tmp_path)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert len(sizes) == len(TASKS) >= 3
    assert sum(sizes.values()) < 150_000
    assert all(count >= 100 for count in ITEMS.values())


def _pattern(wording: str) -> str:
    slots = {"n": r"[A-Z][a-z]+", "o": r"[a-z]+", "l": r"(?P<l>\d)", "r": r"(?P<r>\d)"}
    found: set[str] = set()
    parts: list[str] = []
    for part in re.split(r"(\{[a-z]\})", wording):
        slot = part[1:-1] if part.startswith("{") else ""
        again = slot in found and slot in ("l", "r")
        parts.append(f"(?P={slot})" if again else slots.get(slot, re.escape(part)))
        found.add(slot)
    return "".join(parts)


def test_stories_are_right_and_a_third_is_in_new_words() -> None:
    taught = {sign: [_pattern(one) for one in STORIES[sign]] for sign in STORIES}
    new = {sign: [_pattern(one) for one in NEW_STORIES[sign]] for sign in NEW_STORIES}
    work = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}
    for place, item in enumerate(arithmetic_items()):
        question = str(item["question"])
        matches = [
            (sign, match)
            for sign, patterns in (new if place % 3 == 0 else taught).items()
            for match in [re.fullmatch(pattern, question) for pattern in patterns]
            if match is not None
        ]
        assert matches, question
        answers = {str(work[sign](int(match["l"]), int(match["r"]))) for sign, match in matches}
        assert answers == {str(item["answer"])}, question
    assert not {one for lines in NEW_STORIES.values() for one in lines} & {
        one for lines in STORIES.values() for one in lines
    }


def test_one_option_is_right_and_the_others_are_not() -> None:
    places: list[int] = []
    for place, item in enumerate(category_items()):
        question, right = str(item["question"]), cast("int", item["right"])
        options = cast("Sequence[str]", item["options"])
        assert ", ".join(options) in question and len(set(options)) == 4
        places.append(right)
        homes = [
            {name for name, one in CATEGORIES.items() if option in one.members}
            for option in options
        ]
        others = [home for index, home in enumerate(homes) if index != right]
        if place % 3 == 0:  # the odd one out: the others share a category that it is not in
            assert set.intersection(*others) - homes[right], question
        else:
            asked = {
                name
                for name, one in CATEGORIES.items()
                if re.search(rf"\b{re.escape(one.name)}\b", question.split(", ")[0])
            }
            assert asked & homes[right], question
    assert min(places.count(place) for place in range(4)) >= 70  # of 400, even but for chance


def test_facts_end_as_the_tables_say() -> None:
    sentences = {
        wording.format(x=fact.subject, y=fact.answer).casefold()
        for fact in FACTS
        for wording in fact.sentences
    }
    kinds = {
        f"{one.a_member(member)} is {one.phrase}.".casefold()
        for one in CATEGORIES.values()
        for member in one.members
    }
    for place, item in enumerate(fact_items()):
        whole = f"{item['question']} {item['answer']}.".casefold()
        assert whole in (kinds if place % 3 == 0 else sentences)
