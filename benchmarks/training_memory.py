"""Claim: checkpointing trains a model of Qwen3-0.6B's shape in about half the memory, or less.

Half (51%) with 8 prompts an update, a third with the paper's 32 (`RESULTS.md`).

Five updates with the project's own parts (prompts of the recipe, packed trees, the loss, AdamW) on
a model with random weights in bfloat16, the recipe's adapter on it in float32: once as it is, once
with checkpointing, each in a process of its own. Memory is the peak of the whole process less what
it had before there was a model, so the model's own weights (printed) are in it; on a GPU it is the
peak of what torch allocated. Seconds are means of all updates but the first. On a machine that does
other things too, wall-clock seconds say little; the processor's seconds, of all threads together,
are printed beside them.

Nothing is downloaded. The token ids are those of the sandbox's tokenizer, which writes numbers
digit by digit as Qwen's does; all of them are below 151,936. What they mean is nothing to a random
model, but a prompt has some tokens more or less than with Qwen's own tokenizer.

    python benchmarks/training_memory.py [--device cuda] [--recipe paper/soft] [--prompts 8]
        [--steps 5] [--checkpointing both]
"""

import argparse
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from aleator.models.adapters import LoraSettings, attach_adapter
from aleator.models.loading import SANDBOX, load_tokenizer
from aleator.models.packed_forward import packed_logits
from aleator.recipe_files import find_recipe
from aleator.tokens.chat import ChatFormat
from aleator.tokens.speller import Speller
from aleator.training.collator import BatchMaker, TreeCollator
from aleator.training.loss import tree_loss
from aleator.training.prompts import make_visits
from aleator.training.recipe_yaml import read_recipe

GIB = 2**30


@dataclass(frozen=True)
class Cost:
    """What the updates of one side took.

    Attributes:
        weights: bytes of the model's weights, the adapter's included.
        peak: bytes at most, over what there was before the model.
        shapes: of the updates' batches.
        tokens: an update, on average, padding aside.
        seconds: an update, on average.
        processor: an update, on average.
        losses: of the updates.
    """

    weights: int
    peak: int
    shapes: tuple[tuple[int, ...], ...]
    tokens: float
    seconds: float
    processor: float
    losses: tuple[float, ...]


def main() -> None:
    options = _options()
    sides = {"off": [False], "on": [True], "both": [False, True]}[options.checkpointing]
    print(f"{_device_name(options.device)}, {torch.get_num_threads()} threads, {options.recipe}")
    for checkpointing in sides:
        spawn = multiprocessing.get_context("spawn")  # a peak is that of a process's whole life
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            cost = pool.submit(_measure, options, checkpointing).result()
        print(f"checkpointing {'on' if checkpointing else 'off'}")
        print(f"  peak memory    {cost.peak / GIB:.2f} GiB, of it weights {cost.weights / GIB:.2f}")
        print(f"  a step         {cost.seconds:.2f} s, processor {cost.processor:.2f} s")
        print(f"  tokens a step  {cost.tokens:,.0f}, in batches {cost.shapes}")
        print(f"  losses         {', '.join(f'{loss:.4f}' for loss in cost.losses)}", flush=True)


def qwen3_shape() -> Qwen3ForCausalLM:
    """A random model as large as Qwen3-0.6B, in bfloat16."""
    config = Qwen3Config(
        vocab_size=151_936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=40_960,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        dtype=torch.bfloat16,
    )
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)  # or there would be float32 weights first
    try:
        return Qwen3ForCausalLM(config)
    finally:
        torch.set_default_dtype(before)


def _measure(options: argparse.Namespace, checkpointing: bool) -> Cost:
    recipe = replace(read_recipe(find_recipe(options.recipe)), batch_size=options.prompts)
    chat = ChatFormat(load_tokenizer(SANDBOX))
    collator = TreeCollator(BatchMaker(chat, Speller(chat)), recipe.supervision, recipe.seed)
    visits = make_visits(recipe)
    batches = [
        collator([visits[step * recipe.batch_size + one] for one in range(recipe.batch_size)])[
            "batch"
        ]
        for step in range(options.steps)
    ]
    before = _peak(options.device)
    model = qwen3_shape()
    torch.nn.Module.to(model, options.device)
    adapted = attach_adapter(model, LoraSettings(**asdict(recipe.lora)), recipe.seed).train()
    if checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    trained = [one for one in adapted.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(
        trained, recipe.optimiser.learning_rate, weight_decay=recipe.optimiser.weight_decay
    )
    losses: list[float] = []
    wall = processor = 0.0
    for step, batch in enumerate(batches):
        if step == min(1, options.steps - 1):
            wall, processor = time.perf_counter(), time.process_time()
        batch = batch.to(options.device)
        loss = tree_loss(packed_logits(adapted, batch.packed), batch.targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, recipe.optimiser.max_grad_norm)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())  # waits for a GPU
    timed = max(1, options.steps - 1)
    return Cost(
        weights=sum(one.numel() * one.element_size() for one in adapted.parameters()),
        peak=_peak(options.device) - before,
        shapes=tuple(tuple(batch.packed.input_ids.shape) for batch in batches),
        tokens=sum(batch.tokens for batch in batches) / len(batches),
        seconds=(time.perf_counter() - wall) / timed,
        processor=(time.process_time() - processor) / timed,
        losses=tuple(losses),
    )


def _peak(device: str) -> int:
    """Bytes at most so far."""
    if torch.device(device).type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _device_name(device: str) -> str:
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    return "CPU"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--recipe", default="paper/soft")
    parser.add_argument("--prompts", type=int, default=8, help="a batch; the paper's is 32")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--checkpointing", choices=("both", "off", "on"), default="both")
    return parser.parse_args()


if __name__ == "__main__":
    main()
