"""A tiny checkpoint and adapters on disk, for engines that load models by themselves."""

import json
from pathlib import Path

import torch

from aleator.models.adapters import LoraSettings, attach_adapter, save_adapter
from aleator.models.loading import load_model
from tests.tiny_models import tiny_model, tiny_tokenizer

OTHER_ENDS = range(100, 300)
"""Tokens that end an answer by the checkpoint's generation_config.json, and not for us."""


def hosted_model(folder: Path) -> str:
    """A checkpoint that wants answers cut and ended in its own way."""
    tiny_model("qwen3", "sdpa", layers=2).save_pretrained(folder)
    tiny_tokenizer("chatml").save_pretrained(folder)
    wants = {"do_sample": True, "eos_token_id": [*OTHER_ENDS], "top_k": 2, "temperature": 0.6}
    (folder / "generation_config.json").write_text(json.dumps(wants))
    return str(folder)


def hosted_adapter(model: str, folder: Path, *, rank: int = 2, trained: bool = True) -> Path:
    """An adapter of that model, as if after training or before."""
    adapted = attach_adapter(load_model(model).model, LoraSettings(rank=rank), seed=0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if trained and "lora_B" in name:
                weight.normal_(generator=generator)
    save_adapter(adapted, folder)
    return folder
