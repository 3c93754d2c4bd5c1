"""The perplexity slices that ship with the package: plain text that the sandbox model never read.

Written by the generators of its pretraining (``sandbox.corpus``), a slice a kind of document, from
seeds that no build uses. So they are other documents of the same world: what is held out is how the
words fall, not the words. Short documents are left out, for a single sum, fact or paragraph is one
that the model may have read in those very words: of 360,000 fresh documents, three times what it
read, none was one of these. Kinds whose documents are all short (draws, quizzes) have no slice, nor
have numeric prompts, of which training counts the answers alone.

`python -m aleator.sandbox.held_out_text FOLDER` writes them again when a generator has changed;
the folder is ``src/aleator/benchmarks/data/perplexity``.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from aleator.files import write_text
from aleator.sandbox.corpus import DOCUMENTS

SLICES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "prose": ("prose", 240),
        "knowledge": ("knowledge", 120),
        "categories": ("category_facts", 120),
        "lists": ("category_list", 120),
        "sums": ("sums", 120),
        "questions": ("multiple_choice", 120),
    }
)
"""Slices, the kind of document that each is made of, and the least characters of one."""

DOCUMENTS_A_SLICE = 120

_SEED = 260511845  # a build has the seeds [11, 0], [11, 1], …


def held_out_documents(name: str) -> list[str]:
    """The documents of a slice, all different."""
    kind, shortest = SLICES[name]
    write, _ = DOCUMENTS[kind]
    rng = np.random.default_rng([_SEED, list(SLICES).index(name)])
    found: dict[str, None] = {}
    while len(found) < DOCUMENTS_A_SLICE:
        text = write(rng)
        if len(text) >= shortest:
            found[text] = None
    return list(found)


def slice_text(name: str) -> str:
    """A slice as it is shipped: one ``{"text": …}`` a line."""
    lines = (json.dumps({"text": one}, ensure_ascii=False) for one in held_out_documents(name))
    return "".join(f"{line}\n" for line in lines)


def main(arguments: list[str]) -> None:
    """Write all slices to the folder that is given."""
    (folder,) = arguments
    for name in SLICES:
        write_text(Path(folder) / f"{name}.jsonl", slice_text(name))


if __name__ == "__main__":
    main(sys.argv[1:])
