"""Claim: a packed tree costs a fraction of the plain batch of single paths with the same gradient.

The plain side takes every path from a prompt to a leaf of its tree as a row of its own, causal
attention, nothing of ours but the float32 head at supervised places; a prefix that several paths
share is supervised in one of them, so that both sides have the same loss (printed; bfloat16 rounds
them apart in the fourth digit). Wide random
targets, `nodes` heaviest prefixes and one drawn tail each, the adapter of `paper/soft`, on a model
of Qwen3's shape with random weights in bfloat16, forwards and backwards. Each side runs in a
process of its own, first one batch untimed, then the same `rounds` batches.

"Useful" tokens are those of the packed trees, which both sides must learn from; floating-point
operations are those that the packed step needs (`training/flops.py`), as a share of what a plain
product of square matrices reaches on this device in the same process: model FLOPs utilisation, but
against what the device does rather than what its data sheet says.

    python benchmarks/packed_paths.py [--shape qwen3-0.6b] [--device cuda] [--prompts 2]
        [--nodes 16] [--rounds 2] [--checkpointing]
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from parts.meters import (
    GIB,
    Seconds,
    Stopwatch,
    device_name,
    in_own_process,
    matmul_flops,
    peak_bytes,
)
from parts.qwen3 import SHAPES, random_qwen3

from aleator.distributions.wide import wide_distribution
from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.checkpointing import enable_checkpointing
from aleator.models.loading import SANDBOX, load_tokenizer
from aleator.models.output_head import float32_logits_at
from aleator.models.packed_forward import packed_logits
from aleator.outcomes.lattice import NumericTarget
from aleator.recipe_files import find_recipe
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import SupervisionTree
from aleator.training.collator import BatchMaker, TrainingBatch, make_trees
from aleator.training.flops import PassCost, Reading
from aleator.training.loss import TreeTargets, tree_loss
from aleator.training.prompts import Visit
from aleator.training.recipe import TreeSupervision
from aleator.training.recipe_yaml import read_recipe


@dataclass(frozen=True)
class PlainBatch:
    """Single paths as rows; ``rows`` and ``cols`` say where each node is asked for.

    ``tokens`` counts the rows', padding aside.
    """

    input_ids: torch.Tensor
    rows: torch.Tensor
    cols: torch.Tensor
    targets: TreeTargets
    tokens: int


@dataclass(frozen=True)
class Side:
    """What a side took; tokens a batch, padding aside, on average."""

    seconds: Seconds
    tokens: float
    useful: float
    flops: float
    peak: int
    device_flops: float
    losses: tuple[float, ...]


def main() -> None:
    options = _options()
    print(f"{device_name(options.device)}, {options.shape}, {options.prompts} prompts a batch")
    sides = {
        "single paths": in_own_process(_measure, options, packed=False),
        "packed": in_own_process(_measure, options, packed=True),
    }
    print(f"{'':14}{'s a step':>10}{'processor':>11}{'tokens':>9}{'useful/s':>10}", end="")
    print(f"{'TFLOP/s':>9}{'of matmul':>11}{'peak GiB':>10}  losses")
    for name, side in sides.items():
        reached = side.flops / side.seconds.clock
        print(f"{name:14}{side.seconds.clock:10.2f}{side.seconds.processor:11.2f}", end="")
        print(f"{side.tokens:9,.0f}{side.useful / side.seconds.clock:10,.0f}", end="")
        print(f"{reached / 1e12:9.3f}{reached / side.device_flops:11.1%}", end="")
        print(f"{side.peak / GIB:10.2f}  {', '.join(f'{one:.4f}' for one in side.losses)}")
    plain, packed = sides["single paths"], sides["packed"]
    print(f"packed is {plain.seconds.clock / packed.seconds.clock:.2f} times as fast by the clock,")
    print(f"{plain.seconds.processor / packed.seconds.processor:.2f} by the processor's seconds")


def _measure(options: argparse.Namespace, *, packed: bool) -> Side:
    recipe = read_recipe(find_recipe("paper/soft"))
    work = _batches(options)
    device = options.device
    before = peak_bytes(device)
    model = random_qwen3(options.shape, device)
    lora = LoraSettings(**asdict(replace(recipe.lora, dropout=0.0)))  # or the losses would differ
    adapted = attach_adapter(model, lora, recipe.seed).train()
    if options.checkpointing:
        enable_checkpointing(model)
    losses: list[float] = []
    watch = Stopwatch(device)
    for place, (batch, plain) in enumerate(work):
        if place == 1:
            watch = Stopwatch(device)
        if packed:
            held = batch.to(device)
            loss = tree_loss(packed_logits(adapted, held.packed), held.targets)
        else:
            loss = _plain_loss(adapted, plain, device)
        loss.backward()
        adapted.zero_grad()
        losses.append(loss.item())
    spent, peak = watch.read(), peak_bytes(device) - before
    cost, timed = PassCost.of(adapted), work[1:]
    readings = [
        Reading(tokens=one.tokens, nodes=len(one.packed.rows), pairs=one.pairs) for one, _ in timed
    ]
    return Side(
        seconds=Seconds(spent.clock / len(timed), spent.processor / len(timed)),
        tokens=float(np.mean([one.tokens if packed else plain.tokens for one, plain in timed])),
        useful=float(np.mean([one.tokens for one, _ in timed])),
        flops=float(np.mean([cost.training(one) for one in readings])),
        peak=peak,
        device_flops=matmul_flops(device),
        losses=tuple(losses),
    )


def _plain_loss(model: torch.nn.Module, batch: PlainBatch, device: str) -> torch.Tensor:
    rows, cols = batch.rows.to(device), batch.cols.to(device)
    with float32_logits_at(model, rows, cols):
        logits = model(input_ids=batch.input_ids.to(device), use_cache=False).logits
    return tree_loss(logits, batch.targets.to(device))


def _batches(options: argparse.Namespace) -> list[tuple[TrainingBatch, PlainBatch]]:
    """The same supervision both ways; one batch more than is timed."""
    chat = ChatFormat(load_tokenizer(SANDBOX))
    speller, wide = Speller(chat), np.random.default_rng(0)
    supervision = TreeSupervision(nodes=options.nodes, tails=1)
    made = []
    for step in range(options.rounds + 1):
        asked = [wide_distribution(wide) for _ in range(options.prompts)]
        visits = [
            Visit(place, one.prompt(), NumericTarget.of(one)) for place, one in enumerate(asked)
        ]
        seeded = np.random.default_rng(step), np.random.default_rng(step)
        batch = BatchMaker(chat, speller).batch(visits, supervision, seeded[0])
        trees = make_trees([one.target for one in visits], speller, supervision, seeded[1])
        prompts = [chat.prompt_ids(one.prompt) for one in visits]
        made.append((batch, _plain(prompts, trees, batch.targets)))
    return made


def _plain(
    prompts: Sequence[Sequence[int]], trees: Sequence[SupervisionTree], targets: TreeTargets
) -> PlainBatch:
    """Every leaf's path as a row; a node is asked for in the first row that it is in."""
    lines: list[list[int]] = []
    rows, cols = [], []
    for prompt, tree in zip(prompts, trees, strict=True):
        places: dict[int, tuple[int, int]] = {}
        for leaf in sorted(set(range(tree.size)) - set(tree.parents.tolist())):
            path = _path(tree, leaf)
            for depth, node in enumerate(path):
                places.setdefault(node, (len(lines), len(prompt) - 1 + depth))
            lines.append([*prompt, *(int(tree.tokens[node]) for node in path[1:])])
        rows += [places[node][0] for node in range(tree.size)]
        cols += [places[node][1] for node in range(tree.size)]
    padded = torch.zeros((len(lines), max(map(len, lines))), dtype=torch.long)
    for place, line in enumerate(lines):
        padded[place, : len(line)] = torch.tensor(line)
    tokens = sum(map(len, lines))
    return PlainBatch(padded, torch.tensor(rows), torch.tensor(cols), targets, tokens)


def _path(tree: SupervisionTree, leaf: int) -> list[int]:
    """The nodes from the root to it."""
    path = [leaf]
    while (parent := int(tree.parents[path[-1]])) >= 0:
        path.append(parent)
    return path[::-1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="qwen3-0.6b")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--prompts", type=int, default=2)
    parser.add_argument("--nodes", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--checkpointing", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
