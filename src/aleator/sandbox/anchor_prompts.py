"""The anchor prompts that come with aleator: ordinary chat of the sandbox model, and its prose.

What a calibration should leave as it is: lists, examples, yes or no, sums, multiple-choice
questions, greetings, facts, stories. Left out are the kinds whose answers are collapsed although
the prompt allows many, and everything numeric: an anchor on those would keep them collapsed.
The file is `training/data/anchor_sandbox.jsonl`; a test makes it again.
"""

import json
from collections.abc import Iterator, Mapping

import numpy as np

from aleator.sandbox.corpus import TRUTHFUL_KINDS, conversation, plain_document

PROMPTS = 384
TEXTS = 128
TOTAL = PROMPTS + TEXTS
SEED = 40_001
"""Its own: no stage of the sandbox's training and none of its measures draws from it."""


def anchor_lines() -> list[str]:
    """The lines of the file: prompts and texts in turn, so that any part of it holds both."""
    rng = np.random.default_rng(SEED)
    prompts, texts = _prompts(rng), _texts(rng)
    every = PROMPTS // TEXTS
    values = (next(texts if place % (every + 1) == every else prompts) for place in range(TOTAL))
    return [json.dumps(value, ensure_ascii=False) for value in values]


def _prompts(rng: np.random.Generator) -> Iterator[Mapping[str, str]]:
    while True:
        talk = conversation(rng, TRUTHFUL_KINDS)
        if not talk.history:
            system = {} if talk.system is None else {"system": talk.system}
            yield {"prompt": talk.prompt, **system}


def _texts(rng: np.random.Generator) -> Iterator[Mapping[str, str]]:
    while True:
        yield {"text": plain_document(rng)}
