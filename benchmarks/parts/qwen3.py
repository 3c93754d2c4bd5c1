"""Models of Qwen3's shapes with random weights in bfloat16, for what they cost.

Token ids are those of the sandbox's tokenizer, which writes numbers digit by digit as Qwen's does;
all of them are below 151,936.

Where answers matter, because sharing prefixes is what is measured, `writes_numbers` makes the model
write them: its layers then add nothing to the residual stream (their last matrices are zero, which
are multiplied all the same), so that the next token depends on the last one alone, through a head
that is set to say digits, a point, an end.
"""

from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from aleator.tokens.chat import ChatFormat

VOCABULARY = 151_936


@dataclass(frozen=True)
class Shape:
    """Widths and depth; the rest is alike in both (heads of 128, eight of them for keys)."""

    hidden: int
    intermediate: int
    layers: int = 28
    heads: int = 16


SHAPES = {"qwen3-0.6b": Shape(1024, 3072), "qwen3-1.7b": Shape(2048, 6144)}


def random_qwen3(shape: str, device: str) -> Qwen3ForCausalLM:
    """A model of that shape in bfloat16, made on the device."""
    sizes = SHAPES[shape]
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=sizes.hidden,
        intermediate_size=sizes.intermediate,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
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
        with torch.device(device):
            return Qwen3ForCausalLM(config)
    finally:
        torch.set_default_dtype(before)


@torch.no_grad()
def writes_numbers(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, chat: ChatFormat
) -> None:
    """Make the model answer every prompt with a number: two digits a side of the point, on average.

    The head is no longer the embedding's transpose: another 0.3 or 0.6 GiB, and no other cost.
    """
    digits = [_token(tokenizer, digit) for digit in "0123456789"]
    point, stop = _token(tokenizer, "."), chat.stop_token_id
    for name, weights in model.named_parameters():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            weights.zero_()
    asked = chat.prompt_ids("Generate exactly ONE random number.")[-1]
    after = {asked: dict.fromkeys(digits, 0.1), point: dict.fromkeys(digits, 0.1)}
    after |= {digit: dict.fromkeys(digits, 0.05) | {point: 0.25, stop: 0.25} for digit in digits}
    known = torch.tensor(list(after))
    wanted = torch.full((VOCABULARY, len(known)), -20.0)
    for column, chances in enumerate(after.values()):
        for token, chance in chances.items():
            wanted[token, column] = torch.tensor(chance).log()
    states = model.model.norm(model.model.embed_tokens(known.to(model.device))).float().cpu()
    head = wanted @ torch.linalg.pinv(states.T)
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(head.to(model.dtype).to(model.device))


def _token(tokenizer: PreTrainedTokenizerFast, text: str) -> int:
    backend: Tokenizer = tokenizer.backend_tokenizer
    (token,) = backend.encode(text, add_special_tokens=False).ids
    return token
