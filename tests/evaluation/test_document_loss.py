"""Sliding windows against one forward pass a token, on four architectures, and odd documents."""

import json
import math

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from aleator.evaluation.document_loss import Document, DocumentScorer
from aleator.evaluation.windows import Windowing
from aleator.models.positions import model_positions
from tests.tiny_models import (
    ARCHITECTURES,
    Architecture,
    random_prompt,
    tiny_model,
    tiny_tokenizer,
)

WINDOWING = Windowing(context=16, stride=7)
LENGTHS = (2, 3, 16, 17, 23, 24, 61)


def _slow_nats(model: PreTrainedModel, ids: tuple[int, ...], windowing: Windowing) -> float:
    """Each token by a pass of its own over exactly what its window holds before it."""
    total = 0.0
    for place in range(1, len(ids)):
        further = max(0, math.ceil((place + 1 - windowing.context) / windowing.stride))
        before = torch.tensor([ids[further * windowing.stride : place]])
        with torch.no_grad():
            logits = model(input_ids=before).logits[0, -1].double()
        total -= float(torch.log_softmax(logits, dim=-1)[ids[place]])
    return total


def _documents(rng: np.random.Generator) -> list[Document]:
    return [Document(tuple(random_prompt(rng, length)), 4 * length) for length in LENGTHS]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_windows_agree_with_separate_passes(
    architecture: Architecture, rng: np.random.Generator
) -> None:
    """Float32 passes of another shape differ by about 1e-6 a token."""
    model = tiny_model(architecture)
    documents = _documents(rng)
    scorer = DocumentScorer(model, tiny_tokenizer(), WINDOWING)
    found = scorer.score(documents)
    for document, loss in zip(documents, found, strict=True):
        assert loss.tokens == len(document.ids) - 1 and loss.bytes == document.scored_bytes
        assert loss.windows == 1 + max(0, math.ceil((len(document.ids) - 16) / 7))
        assert loss.nats is not None
        expected = _slow_nats(model, document.ids, WINDOWING)
        assert abs(loss.nats - expected) <= 2e-5 * loss.tokens


def test_more_context_matters_to_these_models(rng: np.random.Generator) -> None:
    """Otherwise the comparison above could not tell windows apart."""
    document = _documents(rng)[-1]
    nats = [
        DocumentScorer(tiny_model("qwen3"), tiny_tokenizer(), one).score([document])[0].nats
        for one in (WINDOWING, Windowing(16, 8), Windowing(64, 32))
    ]
    assert None not in nats and len({round(one or 0.0, 3) for one in nats}) == 3


def test_batches_hold_every_document_once_and_change_nothing(rng: np.random.Generator) -> None:
    model, documents = tiny_model("llama"), _documents(rng)
    whole = DocumentScorer(model, tiny_tokenizer(), WINDOWING).score(documents)
    small = DocumentScorer(model, tiny_tokenizer(), WINDOWING, batch_tokens=40)
    batches = small.batches(documents)
    assert sorted(place for batch in batches for place in batch) == list(range(len(LENGTHS)))
    assert len(batches) > 2
    for batch in batches:
        for place, loss in zip(batch, small.score([documents[i] for i in batch]), strict=True):
            expected = whole[place]
            assert loss.nats is not None and expected.nats is not None
            assert abs(loss.nats - expected.nats) <= 1e-5 * loss.tokens
            assert (loss.tokens, loss.windows) == (expected.tokens, expected.windows)


def test_a_model_in_half_precision_has_its_softmax_in_float32(rng: np.random.Generator) -> None:
    model = tiny_model("qwen3")
    torch.nn.Module.to(model, torch.bfloat16)
    ids = tuple(random_prompt(rng, 12))
    (found,) = DocumentScorer(model, tiny_tokenizer(), WINDOWING).score([Document(ids, 1)])
    with torch.no_grad():
        hidden = model.base_model(input_ids=torch.tensor([ids[:-1]])).last_hidden_state[0].double()
        head = model.get_output_embeddings()
        assert isinstance(head, torch.nn.Linear)
        logits = hidden @ head.weight.double().T
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="sum")
    assert found.nats is not None
    assert abs(found.nats - float(expected)) <= 1e-4


@pytest.mark.parametrize("bos", [True, False])
def test_a_beginning_is_put_before_each_document_where_there_is_one(bos: bool) -> None:
    tokenizer = tiny_tokenizer("chatml", bos=bos)
    scorer = DocumentScorer(tiny_model("llama"), tokenizer, WINDOWING)
    text = "The number is 1.25\n"
    document = scorer.read(text)
    plain = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert scorer.bos is bos
    if bos:
        assert document.ids == (tokenizer.bos_token_id, *plain)
        assert document.scored_bytes == len(text)
    else:
        assert document.ids == tuple(plain)
        assert document.scored_bytes == len(text) - len(tokenizer.decode(plain[:1]))
    assert document.scored_tokens == len(document.ids) - 1


@pytest.mark.parametrize("text", ["é naïve 数 🎲🎲", "数", "\x00\t \n", "<|im_end|> in a text"])
def test_bytes_are_those_of_the_text(text: str) -> None:
    scorer = DocumentScorer(tiny_model("llama"), tiny_tokenizer("chatml", bos=True), WINDOWING)
    document = scorer.read(text)
    assert document.scored_bytes == len(text.encode("utf-8"))
    (loss,) = scorer.score([document])
    assert loss.nats is not None and math.isfinite(loss.nats) and loss.nats > 0


def test_nothing_to_score_is_undefined_and_not_nought() -> None:
    model = tiny_model("llama")
    for text, bos in (("", True), ("", False), ("1", False)):
        scorer = DocumentScorer(model, tiny_tokenizer("chatml", bos=bos), WINDOWING)
        first, between, last = scorer.score([scorer.read(one) for one in (text, "12", text)])
        assert first == last and between.nats is not None
        assert (first.nats, first.tokens, first.bytes, first.windows) == (None, 0, 0, 0)
        assert scorer.score([scorer.read(text)]) == [first]
    assert scorer.score([]) == []


def test_windows_are_capped_at_the_models_positions() -> None:
    model = tiny_model("qwen3")
    scorer = DocumentScorer(model, tiny_tokenizer(), Windowing(2048, 1024))
    assert scorer.positions == model_positions(model) == 512
    assert scorer.windowing == Windowing(512, 256)


def test_a_model_without_a_limit_keeps_the_windows_asked_for() -> None:
    model = tiny_model("llama")
    delattr(model.config, "max_position_embeddings")
    assert "max_position_embeddings" not in json.loads(model.config.to_json_string())
    assert model_positions(model) is None
    scorer = DocumentScorer(model, tiny_tokenizer(), Windowing(2048, 1024))
    assert scorer.windowing == Windowing(2048, 1024) and scorer.positions is None


def test_byte_tokens_within_a_character_are_counted_by_the_character() -> None:
    """Without a beginning the first token's character is left out whole."""
    tokenizer: PreTrainedTokenizerFast = tiny_tokenizer("chatml", bos=False)
    scorer = DocumentScorer(tiny_model("llama"), tokenizer, WINDOWING)
    document = scorer.read("🎲é")
    assert len(document.ids) == 6 and document.scored_bytes == 2


def test_long_texts_are_read_whole_whatever_the_tokenizers_file_says() -> None:
    tokenizer = tiny_tokenizer("chatml", bos=True)
    tokenizer.backend_tokenizer.enable_truncation(8)
    tokenizer.model_max_length = 8
    scorer = DocumentScorer(tiny_model("llama"), tokenizer, WINDOWING)
    assert scorer.read("1.25 " * 50).scored_tokens == 250
