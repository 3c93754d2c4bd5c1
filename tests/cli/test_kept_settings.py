from pathlib import Path

import pytest

from aleator.cli.kept_settings import changed_settings
from aleator.errors import InputError
from aleator.files import write_json


def test_every_difference_is_a_phrase_and_other_fields_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    write_json(path, {"seeds": [1, 2], "limit": None, "notes": "kept beside"})
    assert changed_settings(path, {"seeds": [1, 2], "limit": None}) == []
    assert changed_settings(path, {"seeds": [1, 3], "limit": None, "model": "m"}) == [
        "seeds=[1, 2] there and [1, 3] here",
        "model=None there and m here",
    ]


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        changed_settings(tmp_path / "settings.json", {})
