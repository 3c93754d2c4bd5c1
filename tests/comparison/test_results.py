import json
from pathlib import Path

import pytest

from aleator.comparison.results import RESULT_FILE, read_comparison
from aleator.errors import InputError
from tests.comparison.handmade import make_comparison


def test_what_is_written_is_read(tmp_path: Path) -> None:
    comparison = make_comparison()
    path = comparison.write(tmp_path)
    assert path == tmp_path / RESULT_FILE
    assert read_comparison(path) == comparison


def test_the_file_is_as_its_schema_says(tmp_path: Path) -> None:
    values = json.loads(make_comparison().write(tmp_path).read_text())
    assert values["schema_version"] == 1 and values["seeds"] == [11, 12, 13]
    assert values["runs"]["hard-tokens-12"]["max_tokens"] == 1000
    assert values["runs"]["soft-11"]["spent"]["flops"] == 2e12
    line = values["matchings"]["tokens"]["splits"]["held_out_families"]["metrics"]["value_tv"]
    assert set(line) == {"soft", "hard", "difference", "better", "prompts", "left_out"}
    assert set(line["soft"]) == {"value", "low", "high"}
    assert len(line["difference"]["seeds"]) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [("{}", "is not what this version"), ("[1]", "the whole file"), ("{", "is not JSON")],
)
def test_another_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / RESULT_FILE
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_comparison(path)
