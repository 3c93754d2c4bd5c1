"""Claim: the targets of all 2,671 prompts at 5 decimals, full resolution, take under 5 seconds.

One core, and under 1 GiB of memory. Beside it the plain way, listing every outcome and building its
trie, on a sample of the prompts and extrapolated, because it would take too long in full.

    python benchmarks/target_preparation.py [--decimals 5] [--nodes 32] [--tails 1]
"""

import argparse
import resource
import time

import numpy as np

from aleator.distributions.grids import SPLITS, split_distributions
from aleator.outcomes.lattice import NumericTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.sandbox.corpus import plain_document
from aleator.sandbox.tokenizer import train_tokenizer
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.tokens.supervision import exact_trees

PLAIN_SAMPLE = 10
LISTABLE = 100_000


def main() -> None:
    options = _options()
    rng = np.random.default_rng(0)
    tokenizer = train_tokenizer(plain_document(rng) for _ in range(500))
    speller = Speller(ChatFormat(tokenizer))
    distributions = [one for split in SPLITS for one in split_distributions(split)]
    base = _peak_gib()

    started = time.perf_counter()
    targets = [NumericTarget.of(one, options.decimals) for one in distributions]
    trees = exact_trees(targets, speller, nodes=options.nodes, tails=options.tails, rng=rng)
    ours = time.perf_counter() - started
    nodes = sum(tree.size for tree in trees)
    print(f"prompts                  {len(targets):,} at {options.decimals} decimals")
    print(f"outcomes                 {sum(target.count for target in targets):,}")
    print(f"supervised prefixes      {nodes:,}")
    print(f"ours, all prompts        {ours:.2f} s")
    print(f"peak memory              {_peak_gib():.2f} GiB ({base:.2f} before)")

    sample = [t for t in rng.choice(np.array(targets), 3 * PLAIN_SAMPLE) if t.count <= LISTABLE]
    listed = sample[:PLAIN_SAMPLE]
    started = time.perf_counter()
    for target in listed:
        outcomes = target.outcomes()
        # Words, not numbers: so that the tokenizer is asked, as the plain way would.
        plain = Outcomes(outcomes.strings, outcomes.probabilities)
        exact_trees([plain], speller, nodes=options.nodes, tails=options.tails, rng=rng)
    each = (time.perf_counter() - started) / len(listed)
    print(f"plain way, a prompt      {each:.3f} s ({len(listed)} prompts of at most {LISTABLE:,})")
    print(f"plain way, all prompts   {each * len(targets):.0f} s, extrapolated")
    print(f"ratio                    {each * len(targets) / ours:.0f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decimals", type=int, default=5)
    parser.add_argument("--nodes", type=int, default=32)
    parser.add_argument("--tails", type=int, default=1)
    return parser.parse_args()


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
