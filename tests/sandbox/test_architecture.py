"""The sandbox model's shape."""

import numpy as np

from aleator.sandbox.architecture import new_model
from aleator.sandbox.corpus import plain_document
from aleator.sandbox.tokenizer import PAD, TURN_END, train_tokenizer


def test_it_is_small_and_knows_its_special_tokens() -> None:
    rng = np.random.default_rng(0)
    tokenizer = train_tokenizer(plain_document(rng) for _ in range(200))
    model = new_model(tokenizer)
    assert 2_000_000 <= sum(p.numel() for p in model.parameters()) <= 6_000_000
    assert model.config.eos_token_id == tokenizer.get_vocab()[TURN_END]
    assert model.config.pad_token_id == tokenizer.get_vocab()[PAD]
    assert model.config.tie_word_embeddings
