"""Random judges of NoveltyBench's architectures, as folders that `save_pretrained` leaves.

A DeBERTa-v3 classifier of pairs with two segments, whose weights are spread widely, and a Gemma-2
reward head whose sliding window is shorter than a conversation.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    Gemma2Config,
    Gemma2ForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from tests.tiny_models import WINDOW, tiny_tokenizer

WORDS = [f"w{number}" for number in range(300)]


def pair_tokenizer() -> PreTrainedTokenizerFast:
    """A token a word."""
    vocabulary = {
        word: number for number, word in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", *WORDS])
    }
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        unk_token="[UNK]",
    )


def pair_classifier(labels: int = 2, segments: int = 2) -> PreTrainedModel:
    """The settings that make a DeBERTa-v2 a DeBERTa-v3, but small."""
    config = DebertaV2Config(
        vocab_size=len(pair_tokenizer()),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        type_vocab_size=segments,
        relative_attention=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        position_buckets=16,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        num_labels=labels,
    )
    torch.manual_seed(0)
    model = _widened(DebertaV2ForSequenceClassification(config))
    with torch.no_grad():
        model.get_parameter("classifier.bias")[1] = 8.0  # pairs fall on both sides of a half
    return model


def reward_tokenizer() -> PreTrainedTokenizerFast:
    """With Gemma's chat template."""
    return tiny_tokenizer("gemma", digits=3)


def reward_model(labels: int = 1, softcapping: float = 2.0) -> PreTrainedModel:
    """A Gemma-2 with an output a text; its attention is capped so low that it shows."""
    tokenizer = reward_tokenizer()
    config = Gemma2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        query_pre_attn_scalar=8,
        max_position_embeddings=512,
        sliding_window=WINDOW,
        attn_logit_softcapping=softcapping,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        num_labels=labels,
    )
    torch.manual_seed(0)
    return _widened(Gemma2ForSequenceClassification(config))


def saved(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> str:
    """Put a model and its tokenizer into a folder; its path."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _widened(model: PreTrainedModel) -> PreTrainedModel:
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=parameter.shape[-1] ** -0.5)
        for name, parameter in model.named_parameters():
            if name in ("classifier.weight", "score.weight"):
                parameter.mul_(8)  # outputs far apart
    return model.eval()
