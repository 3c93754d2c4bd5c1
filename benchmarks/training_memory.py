"""Claim: checkpointing trains a model of Qwen3-0.6B's shape in about half the memory, or less.

Half (51%) with 8 prompts an update, a third with the paper's 32 (`RESULTS.md`).

Five updates with the project's own parts (prompts of the recipe, packed trees, the loss, AdamW) on
a model with random weights in bfloat16, the recipe's adapter on it in float32: once as it is, once
with checkpointing, each in a process of its own. Memory is the peak of the whole process less what
it had before there was a model, so the model's own weights (printed) are in it; on a GPU it is the
peak of what torch allocated. Seconds are means of all updates but the first. On a machine that does
other things too, wall-clock seconds say little; the processor's seconds, of all threads together,
are printed beside them.

Nothing is downloaded: tokens are the sandbox's (`parts/qwen3.py`), of which a prompt has some more
or less than of Qwen's own.

    python benchmarks/training_memory.py [--shape qwen3-1.7b] [--device cuda] [--recipe paper/soft]
        [--prompts 8] [--steps 5] [--checkpointing both]
"""

import argparse
from dataclasses import asdict, dataclass, replace

import torch
from parts.meters import GIB, Seconds, Stopwatch, device_name, in_own_process, peak_bytes
from parts.qwen3 import SHAPES, random_qwen3

from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.checkpointing import enable_checkpointing
from aleator.models.loading import SANDBOX, load_tokenizer
from aleator.models.packed_forward import packed_logits
from aleator.recipe_files import find_recipe
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.training.collator import BatchMaker, TrainingBatch, TreeCollator
from aleator.training.loss import tree_loss
from aleator.training.prompts import make_visits
from aleator.training.recipe import Recipe
from aleator.training.recipe_yaml import read_recipe


@dataclass(frozen=True)
class Cost:
    """What the updates of one side took.

    Attributes:
        weights: bytes of the model's weights, the adapter's included.
        peak: bytes at most, over what there was before the model.
        shapes: of the updates' batches.
        tokens: an update, on average, padding aside.
        seconds: an update, on average.
        losses: of the updates.
    """

    weights: int
    peak: int
    shapes: tuple[tuple[int, ...], ...]
    tokens: float
    seconds: Seconds
    losses: tuple[float, ...]


def main() -> None:
    options = _options()
    sides = {"off": [False], "on": [True], "both": [False, True]}[options.checkpointing]
    print(f"{device_name(options.device)}, {options.shape}, {options.recipe}")
    for checkpointing in sides:
        cost = in_own_process(_measure, options, checkpointing)
        spent = cost.seconds
        print(f"checkpointing {'on' if checkpointing else 'off'}")
        print(f"  peak memory    {cost.peak / GIB:.2f} GiB, of it weights {cost.weights / GIB:.2f}")
        print(f"  a step         {spent.clock:.2f} s, processor {spent.processor:.2f} s")
        print(f"  tokens a step  {cost.tokens:,.0f}, in batches {cost.shapes}")
        print(f"  losses         {', '.join(f'{loss:.4f}' for loss in cost.losses)}", flush=True)


def _measure(options: argparse.Namespace, checkpointing: bool) -> Cost:
    recipe = replace(read_recipe(find_recipe(options.recipe)), batch_size=options.prompts)
    batches = _batches(recipe, options.steps)
    before = peak_bytes(options.device)
    model = random_qwen3(options.shape, options.device)
    adapted = attach_adapter(model, LoraSettings(**asdict(recipe.lora)), recipe.seed).train()
    if checkpointing:
        enable_checkpointing(model)
    trained = [one for one in adapted.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(
        trained, recipe.optimiser.learning_rate, weight_decay=recipe.optimiser.weight_decay
    )
    losses: list[float] = []
    watch = Stopwatch(options.device)
    for step, batch in enumerate(batches):
        if step == 1:
            watch = Stopwatch(options.device)
        held = batch.to(options.device)
        loss = tree_loss(packed_logits(adapted, held.packed), held.targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, recipe.optimiser.max_grad_norm)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    spent, timed = watch.read(), max(1, options.steps - 1)
    return Cost(
        weights=sum(one.numel() * one.element_size() for one in adapted.parameters()),
        peak=peak_bytes(options.device) - before,
        shapes=tuple(tuple(batch.packed.input_ids.shape) for batch in batches),
        tokens=sum(batch.tokens for batch in batches) / len(batches),
        seconds=Seconds(spent.clock / timed, spent.processor / timed),
        losses=tuple(losses),
    )


def _batches(recipe: Recipe, steps: int) -> list[TrainingBatch]:
    chat = ChatFormat(load_tokenizer(SANDBOX))
    collator = TreeCollator(BatchMaker(chat, Speller(chat)), recipe.supervision, recipe.seed)
    visits, size = make_visits(recipe), recipe.batch_size
    return [
        collator([visits[step * size + one] for one in range(size)])["batch"]
        for step in range(steps)
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="qwen3-0.6b")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--recipe", default="paper/soft")
    parser.add_argument("--prompts", type=int, default=8, help="a batch; the paper's is 32")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--checkpointing", choices=("both", "off", "on"), default="both")
    return parser.parse_args()


if __name__ == "__main__":
    main()
