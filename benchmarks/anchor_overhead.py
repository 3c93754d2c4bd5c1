"""Claim: a token that the anchor reads costs less than one that the calibration reads.

So with 576 tokens an update, read twice, the anchor doubles the sandbox's step of 720 tokens.

Both sides make whole updates of the recipe's batches (targets prepared, packed, forward, backward,
optimiser), one of them with the anchor on the prompts that came with aleator: a pass without
gradients with the adapter switched off, and one forward and backward. In turns, step by step, so
that both see the same machine. On a machine that does other things too, wall-clock seconds say
little; the processor's seconds, of all threads together, are printed beside them.

    python benchmarks/anchor_overhead.py [--model sandbox] [--recipe sandbox/soft] [--steps 30]
        [--tokens 576]
"""

import argparse
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.loading import load_model
from aleator.models.packed_forward import packed_logits
from aleator.recipe_files import find_recipe
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.training.anchor import AnchorTerm
from aleator.training.anchor_answers import anchor_formats, anchor_texts
from aleator.training.anchor_prompts import read_anchor_source
from aleator.training.collator import BatchMaker, TreeCollator
from aleator.training.loss import tree_loss
from aleator.training.prompts import make_visits
from aleator.training.recipe import Anchor, Recipe
from aleator.training.recipe_yaml import read_recipe


@dataclass
class Spent:
    """What the steps of one side have cost."""

    seconds: float = 0.0
    processor: float = 0.0
    tokens: int = 0


class Side:
    """An adapted model and its updates.

    Args:
        options: Of the command line.
        recipe: What is trained.
        anchor: None for the side without one.
    """

    def __init__(self, options: argparse.Namespace, recipe: Recipe, anchor: Anchor | None) -> None:
        loaded = load_model(options.model)
        self._device = loaded.model.device
        self._model = attach_adapter(loaded.model, LoraSettings(**asdict(recipe.lora)), recipe.seed)
        chat = ChatFormat(loaded.tokenizer)
        self._batch_size = recipe.batch_size
        self._visits = make_visits(recipe)
        maker = BatchMaker(chat, Speller(chat))
        self._collator = TreeCollator(maker, recipe.supervision, recipe.seed)
        self._term: AnchorTerm | None = None
        if anchor is not None:
            source = read_anchor_source(anchor)
            formats = anchor_formats(source, loaded.tokenizer)
            with tempfile.TemporaryDirectory() as folder:
                texts = anchor_texts(
                    Path(folder), source, anchor, self._model, loaded.tokenizer, formats, 0
                )
            self._term = AnchorTerm(anchor.weight, texts, anchor.tokens, 0, chat.stop_token_id)
        self._model.train()
        trained = [one for one in self._model.parameters() if one.requires_grad]
        self._optimiser = torch.optim.AdamW(trained, lr=1e-4)
        self.spent = Spent()

    def step(self, number: int) -> None:
        """Make one update, and keep what it cost."""
        started, processor = time.perf_counter(), time.process_time()
        first = number * self._batch_size
        visits = [self._visits[first + place] for place in range(self._batch_size)]
        batch = self._collator(visits)["batch"].to(self._device)
        loss = tree_loss(packed_logits(self._model, batch.packed), batch.targets)
        tokens = batch.tokens
        if self._term is not None:
            update = self._term.update(number, passes=1)
            [packed] = update.passes
            assert packed is not None
            kl = self._term.kl_sum(self._model, packed.to(self._device)) / update.supervised
            loss = loss + self._term.weight * kl
            tokens += update.tokens
        loss.backward()
        self._optimiser.step()
        self._optimiser.zero_grad()
        loss.item()  # waits for a GPU
        self.spent.seconds += time.perf_counter() - started
        self.spent.processor += time.process_time() - processor
        self.spent.tokens += tokens


def main() -> None:
    options = _options()
    recipe = read_recipe(find_recipe(options.recipe))
    anchor = replace(recipe.anchor or Anchor(), tokens=options.tokens)
    sides = {"without": Side(options, recipe, None), "with": Side(options, recipe, anchor)}
    for side in sides.values():
        side.step(0)
        side.spent = Spent()
    for number in range(1, options.steps + 1):
        for side in sides.values():
            side.step(number)
    print(f"{options.steps} steps, {torch.get_num_threads()} threads")
    for name, side in sides.items():
        spent = side.spent
        print(
            f"{name:8} {spent.seconds / options.steps:.3f} s a step, processor "
            f"{spent.processor / options.steps:.3f} s, {spent.tokens / options.steps:,.0f} tokens"
        )
    without, anchored = sides["without"].spent, sides["with"].spent
    extra = (anchored.processor - without.processor) / (anchored.tokens - without.tokens)
    print(f"ratio    {anchored.seconds / without.seconds:.2f} by the clock", end=", ")
    print(f"{anchored.processor / without.processor:.2f} of processor time")
    print(f"an anchor token costs {extra / (without.processor / without.tokens):.2f} of another")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sandbox")
    parser.add_argument("--recipe", default="sandbox/soft")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=Anchor.tokens)
    return parser.parse_args()


if __name__ == "__main__":
    main()
