"""The file of item parameters: what goes in comes out, and what is wrong is said."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from aleator.benchmarks.item_parameters import ItemsFile, items_bytes, read_items
from aleator.benchmarks.pickled_items import pickled_scenarios
from aleator.errors import InputError
from tests.item_banks import published_layout

FOUND = pickled_scenarios(published_layout(), Path("a.pkl"))


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "items.safetensors"
    path.write_bytes(data)
    return path


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    path = _file(tmp_path, items_bytes({"arc": FOUND["arc"], "mmlu": FOUND["mmlu"]}))
    bank = read_items(ItemsFile(path))
    assert bank.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert set(bank.scenarios) == {"arc", "mmlu"}
    for name, items in bank.scenarios.items():
        for field in ("discrimination", "difficulty", "balance", "seen", "weights"):
            assert np.array_equal(vars(items)[field], vars(FOUND[name])[field])
        assert items.mixing == FOUND[name].mixing


def test_a_hash_may_stand_behind_the_name(tmp_path: Path) -> None:
    path = _file(tmp_path, items_bytes({"arc": FOUND["arc"]}))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_items(ItemsFile.told(f"{path}@{digest.upper()}")).sha256 == digest
    assert ItemsFile.told("a@b.safetensors") == ItemsFile(Path("a@b.safetensors"))
    with pytest.raises(InputError, match="another file than"):
        read_items(ItemsFile.told(f"{path}@{'0' * 64}"))
    with pytest.raises(InputError, match="64 hexadecimal"):
        ItemsFile.told("items.safetensors@abc")


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_items(ItemsFile(tmp_path / "none"))
    with pytest.raises(InputError, match="no safetensors file; .*aleator items"):
        read_items(ItemsFile(_file(tmp_path, b"\x80\x04}.")))
    with pytest.raises(InputError, match="none of mmlu"):
        read_items(ItemsFile(_file(tmp_path, save({"a/b": np.zeros(2)}))))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("weights", None, "lacks weights of arc"),
        ("seen", np.zeros(5), "whole numbers"),
        ("mixing", np.zeros(2), "one number"),
        ("mixing", np.array([3.0]), "not between 0 and 1"),
        ("difficulty", np.zeros(3), "discrimination"),
    ],
)
def test_wrong_fields_are_named(
    field: str, value: np.ndarray | None, said: str, tmp_path: Path
) -> None:
    arrays = load(items_bytes({"arc": FOUND["arc"]}))
    if value is None:
        del arrays[f"arc/{field}"]
    else:
        arrays[f"arc/{field}"] = value
    with pytest.raises(InputError, match=said):
        read_items(ItemsFile(_file(tmp_path, save(arrays))))
