"""The sandbox model's shape: a Qwen3 of 2.9 million parameters."""

from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from aleator.sandbox.tokenizer import PAD, TURN_END

CONTEXT = 1024


def new_model(tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    """An untrained model for `tokenizer`, float32; its weights follow torch's global seed."""
    ids = tokenizer.get_vocab()
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=576,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        eos_token_id=ids[TURN_END],
        pad_token_id=ids[PAD],
        bos_token_id=None,
        use_cache=True,
    )
    return Qwen3ForCausalLM(config)
