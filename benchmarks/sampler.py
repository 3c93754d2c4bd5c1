"""Claim: merging equal prefixes draws the same answers with a fraction of the forward tokens.

One prompt at a time, as often as one likes: our sampler beside the library's batched `generate`,
on numbers and on a word. A draw costs `generate` every token of its answer (rows that have ended
are computed until the longest has); it costs us only those that no other draw has begun with.

    python benchmarks/sampler.py [--model sandbox] [--adapter DIR] [--draws 1000]
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch

from aleator.benchmarks.subject import AnsweringModel, open_model
from aleator.distributions.families import family
from aleator.models.attention import language_model
from aleator.sampling.local import LocalSampler

PROMPTS = (
    family("bernoulli").distribution(p=0.5).prompt(),
    family("poisson").distribution(**{"lambda": 4.0}).prompt(),
    family("gaussian").distribution(mu=0.0, sigma=1.0).prompt(),
    family("gamma").distribution(alpha=7.0, beta=7.0).prompt(),
    "Name a random city. Output ONLY the answer.",
)


def main() -> None:
    options = _options()
    subject = open_model(options.model, options.adapter).subject
    sampler = LocalSampler(subject.model, subject.tokenizer, subject.prompt_format)
    print(f"{options.draws} draws, {torch.get_num_threads()} threads; tokens after the prompt")
    print(f"{'prompt':44}{'ours: seconds':>14}{'tokens':>9}{'generate: s':>13}{'tokens':>9}")
    for prompt in PROMPTS:
        began = time.perf_counter()
        drawn = sampler.draw([prompt], options.draws, seed=0)[0]
        ours = time.perf_counter() - began
        began = time.perf_counter()
        tokens = _generate(subject, prompt, options.draws)
        plain = time.perf_counter() - began
        name = prompt.removeprefix("Generate exactly ONE random number from a ")[:42]
        print(f"{name:44}{ours:14.2f}{drawn.forward_tokens or 0:9,}{plain:13.2f}{tokens:9,}")


def _generate(subject: AnsweringModel, prompt: str, draws: int) -> int:
    """Draw with `generate`; how many tokens after the prompt were computed."""
    inner, stop = language_model(subject.model), subject.prompt_format.stop_token_id
    rows = torch.tensor([subject.prompt_format.prompt_ids(prompt)], device=inner.device)
    written = cast(Callable[..., torch.Tensor], inner.generate)(
        rows,
        attention_mask=torch.ones_like(rows),
        do_sample=True,
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        max_new_tokens=32,
        num_return_sequences=draws,
        eos_token_id=stop,
        pad_token_id=stop,
    )
    return draws * (written.shape[1] - rows.shape[1])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sandbox")
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
