"""`aleator items` makes a file that `aleator eval --knowledge-items` takes."""

import json
import pickle
from pathlib import Path

import pytest

from aleator.benchmarks.item_parameters import ItemsFile, read_items
from aleator.cli.app import run
from tests.item_banks import SCENARIOS, published_layout


def test_what_is_printed_names_the_file_and_its_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "tinyBenchmarks.pkl", tmp_path / "items.safetensors"
    source.write_bytes(pickle.dumps(published_layout()))
    assert run(["items", str(source), "--out", str(out)]) == 0
    told = capsys.readouterr().out.strip()
    assert set(read_items(ItemsFile.told(told)).scenarios) == set(SCENARIOS)
    assert run(["items", str(source), "--out", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert told == f"{printed['file']}@{printed['sha256']}"


def test_another_file_than_the_hash_says_is_wrong_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "tinyBenchmarks.pkl", tmp_path / "items.safetensors"
    source.write_bytes(pickle.dumps(published_layout()))
    assert run(["items", str(source), "--out", str(out), "--sha256", "0" * 64]) == 2
    assert "another file" in capsys.readouterr().err.replace("\n", " ")
    assert not out.exists()
