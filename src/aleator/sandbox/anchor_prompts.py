"""The anchor prompts that come with aleator: ordinary chat of the sandbox model, and its raw text.

What a calibration should leave as it is: lists, examples, yes or no, sums, greetings, facts,
stories; and raw text of every kind. Left out are the kinds whose answers are collapsed although the
prompt allows many, the question whose answer positions a benchmark looks at, and everything
numeric: an anchor on those would keep them collapsed. Nor is any prompt an item of the knowledge
benchmark, or any text a document of the perplexity slices: what they measure is not anchored on.

`python -m aleator.sandbox.anchor_prompts FILE` writes them again when a generator has changed; the
file is `src/aleator/training/data/anchor_sandbox.jsonl`.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from aleator.files import write_text
from aleator.sandbox.corpus import TRUTHFUL_KINDS, conversation, plain_document
from aleator.sandbox.held_out_text import SLICES, held_out_documents
from aleator.sandbox.knowledge_items import TASKS

ITEMS = 512
KINDS = TRUTHFUL_KINDS - {"multiple_choice"}

_EVERY_FOURTH = 4
_SEED = 40_001  # used nowhere else


def anchor_text() -> str:
    """The file: one `{"prompt": …}` a line, and every fourth `{"text": …}`."""
    rng = np.random.default_rng(_SEED)
    prompts, texts = _prompts(rng), _texts(rng)
    values = (
        next(texts if place % _EVERY_FOURTH == _EVERY_FOURTH - 1 else prompts)
        for place in range(ITEMS)
    )
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def _prompts(rng: np.random.Generator) -> Iterator[Mapping[str, str]]:
    measured = {str(item["question"]) for items in TASKS.values() for item in items()}
    while True:
        talk = conversation(rng, KINDS)
        if not talk.history and talk.prompt not in measured:
            system = {} if talk.system is None else {"system": talk.system}
            yield {"prompt": talk.prompt, **system}


def _texts(rng: np.random.Generator) -> Iterator[Mapping[str, str]]:
    measured = {text for name in SLICES for text in held_out_documents(name)}
    while True:
        text = plain_document(rng)
        if text not in measured:
            yield {"text": text}


def main(arguments: list[str]) -> None:
    """Write the file that is named."""
    (path,) = arguments
    write_text(Path(path), anchor_text())


if __name__ == "__main__":
    main(sys.argv[1:])
