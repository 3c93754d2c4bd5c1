"""The slices that ship are those that the generators write, and the model knows their world."""

import json

import numpy as np
import pytest

from aleator.benchmarks.perplexity_texts import sandbox_folder
from aleator.benchmarks.text_files import slice_files, texts_of
from aleator.sandbox.corpus import DOCUMENTS, plain_document
from aleator.sandbox.held_out_text import (
    DOCUMENTS_A_SLICE,
    SLICES,
    held_out_documents,
    main,
    slice_text,
)


@pytest.mark.parametrize("name", SLICES)
def test_the_files_are_as_the_generators_make_them(name: str) -> None:
    text = (sandbox_folder() / f"{name}.jsonl").read_text(encoding="utf-8")
    assert text == slice_text(name), "run python -m aleator.sandbox.held_out_text, see its header"
    assert [json.loads(line)["text"] for line in text.splitlines()] == held_out_documents(name)


def test_slices_are_many_different_documents_and_the_files_small() -> None:
    shipped = slice_files(sandbox_folder())
    assert set(shipped) == set(SLICES)
    assert {kind for kind, _ in SLICES.values()} <= set(DOCUMENTS)
    assert sum(path.stat().st_size for own in shipped.values() for path in own) < 200_000
    for name, paths in shipped.items():
        texts = [text for path in paths for text in texts_of(path)]
        assert len(texts) == len(set(texts)) == DOCUMENTS_A_SLICE >= 100
        assert min(map(len, texts)) >= SLICES[name][1]


def test_fresh_documents_do_not_repeat_them() -> None:
    """Of 360,000, three times what pretraining reads, none did when this was written."""
    held_out = {text for name in SLICES for text in held_out_documents(name)}
    rng = np.random.default_rng(0)
    assert held_out.isdisjoint(plain_document(rng) for _ in range(5_000))


def test_the_command_writes_every_slice(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("slices") / "new"
    main([str(folder)])
    assert sorted(one.stem for one in folder.iterdir()) == sorted(SLICES)
    assert (folder / "prose.jsonl").read_text(encoding="utf-8") == slice_text("prose")
