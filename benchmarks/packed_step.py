"""Claim: a packed training step keeps 70% of the tokens per second of a bare one.

Both sides run the same model on tensors of the same shape, forward and backward. The bare side is a
causal pass with the library's own cross-entropy on every position; the packed side prepares the
targets, builds the tree masks, and takes the loss on the tree. "Tokens" are the positions of the
batch, padding included, on both sides.

    python benchmarks/packed_step.py [--prompts 16] [--nodes 32] [--rounds 10]
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from aleator.distributions.wide import wide_distribution
from aleator.models.packed_forward import PackedBatch, pack, packed_logits
from aleator.outcomes.lattice import NumericTarget
from aleator.sandbox.architecture import new_model
from aleator.sandbox.corpus import plain_document
from aleator.sandbox.tokenizer import train_tokenizer
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import exact_trees
from aleator.training.loss import TreeTargets, tree_loss


def main() -> None:
    options = _options()
    rng = np.random.default_rng(0)
    tokenizer = train_tokenizer(plain_document(rng) for _ in range(500))
    chat = ChatFormat(tokenizer)
    speller = Speller(chat)
    torch.manual_seed(0)
    model = new_model(tokenizer).train()
    distributions = [wide_distribution(rng) for _ in range(options.prompts)]
    prompts = [chat.prompt_ids(one.prompt()) for one in distributions]

    def prepared() -> tuple[PackedBatch, TreeTargets]:
        targets = [NumericTarget.of(one) for one in distributions]
        trees = exact_trees(targets, speller, nodes=options.nodes, tails=1, rng=rng)
        return pack(prompts, trees, 0), TreeTargets.from_trees(trees)

    shape = prepared()[0].input_ids.shape
    ids = torch.randint(len(tokenizer), shape)

    def packed_step() -> None:
        batch, targets = prepared()
        tree_loss(packed_logits(model, batch), targets).backward()

    def bare_step() -> None:
        model(input_ids=ids, labels=ids, use_cache=False).loss.backward()

    # In turns, so that both sides see the same machine.
    seconds = {"packed": 0.0, "bare": 0.0}
    for _ in range(options.rounds):
        seconds["packed"] += _timed(packed_step)
        seconds["bare"] += _timed(bare_step)
    tokens = shape.numel() * options.rounds
    print(f"shape                    {tuple(shape)}, {torch.get_num_threads()} threads")
    for side, spent in seconds.items():
        print(f"{side:24} {tokens / spent:,.0f} tokens/s")
    print(f"ratio                    {seconds['bare'] / seconds['packed']:.2f}")


def _timed(step: Callable[[], None]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=16)
    parser.add_argument("--nodes", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
