"""On a tiny random DeBERTa-v3, against pairs read one by one and put together by hand."""

from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from aleator.errors import ModelError
from aleator.evaluation.pair_classifier import (
    MAX_TOKENS,
    THRESHOLD,
    PairClassifier,
    load_pair_classifier,
)
from aleator.models.loading import LoadedModel
from tests.tiny_judges import WORDS, pair_classifier, pair_tokenizer, saved

TEXTS = [" ".join(WORDS[start : start + size]) for start, size in ((0, 1), (3, 6), (9, 40), (5, 9))]
PAIRS = [(one, other) for one in TEXTS for other in TEXTS]
CLS, SEP = 1, 2


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return pair_classifier()


@pytest.fixture(scope="module")
def classifier(model: PreTrainedModel) -> PairClassifier:
    return PairClassifier(LoadedModel("tiny", model, pair_tokenizer(), "tiny", None), batch_pairs=5)


@torch.no_grad()
def probability(model: PreTrainedModel, one: str, other: str, segment: int = 1) -> float:
    """The published reading of one pair, without padding or mask."""
    numbers = {word: 4 + place for place, word in enumerate(WORDS)}
    left = [CLS, *(numbers[word] for word in one.split()[:128]), SEP]
    right = [*(numbers[word] for word in other.split()[:128]), SEP]
    segments = [0] * len(left) + [segment] * len(right)
    logits = model(
        input_ids=torch.tensor([left + right]), token_type_ids=torch.tensor([segments])
    ).logits[0]
    return float(torch.exp(logits[1]) / torch.exp(logits).sum())


def test_batches_are_pairs_one_by_one(model: PreTrainedModel, classifier: PairClassifier) -> None:
    found = classifier.probabilities(PAIRS)
    expected = [probability(model, one, other) for one, other in PAIRS]
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 1e-5
    assert max(expected) - min(expected) > 0.3  # or nothing was compared
    assert classifier.probabilities([]) == []


def test_segments_are_told_apart(model: PreTrainedModel) -> None:
    """Segment 1 of the answer changes what this model says, so the test above has seen it."""
    one, other = TEXTS[1], TEXTS[3]
    assert abs(probability(model, one, other) - probability(model, one, other, segment=0)) > 1e-3


def test_tokens_and_segments(classifier: PairClassifier) -> None:
    (pair,) = classifier.encode([("w0 w1", "w2 [SEP] w3")])
    assert pair.tokens == [CLS, 4, 5, SEP, 6, SEP, 7, SEP]
    assert pair.segments == [0, 0, 0, 0, 1, 1, 1, 1]
    (empty,) = classifier.encode([("", "")])
    assert empty.tokens == [CLS, SEP, SEP] and empty.segments == [0, 0, 1]


def test_only_the_first_128_tokens_of_each_text_count(classifier: PairClassifier) -> None:
    long, cut = " ".join(WORDS[:200]), " ".join(WORDS[:MAX_TOKENS])
    (pair,) = classifier.encode([(long, long)])
    assert len(pair.tokens) == 2 * 128 + 3
    assert pair.tokens[:130] == [CLS, *range(4, 132), SEP]
    assert pair.segments == [0] * 130 + [1] * 129
    assert classifier.encode([(cut, cut)]) == [pair]


def test_short_answers_are_decided_by_words_and_the_rest_by_the_model(
    model: PreTrainedModel, classifier: PairClassifier
) -> None:
    answers = [*TEXTS, "w3 w4", "w3", "w200"]
    first = "w3 w4 w5"
    expected = [
        probability(model, first, answer) > THRESHOLD if len(answer.split()) > 5 else by_words
        for answer, by_words in zip(answers, [False] * 4 + [True, False, False], strict=True)
    ]
    assert classifier.same(first, answers) == expected
    assert classifier.same(first, []) == []


def test_the_threshold(model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same means strictly above 0.102."""
    judge = PairClassifier(LoadedModel("tiny", model, pair_tokenizer(), "tiny", None))
    given = [0.102, 0.1020001, 0.05, 0.9]
    monkeypatch.setattr(judge, "probabilities", lambda pairs: given[: len(pairs)])
    assert judge.same(TEXTS[2], TEXTS[1:2] * 4) == [False, True, False, True]


def test_from_a_directory(model: PreTrainedModel, tmp_path: Path) -> None:
    folder = saved(pair_classifier().to(torch.bfloat16), pair_tokenizer(), tmp_path)
    loaded = load_pair_classifier(folder, device="cpu")
    found = loaded.probabilities(PAIRS[:3])
    expected = [probability(model, *pair) for pair in PAIRS[:3]]
    # The weights were rounded to bfloat16; computing is in float32 all the same.
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 0.1
    folder = saved(pair_classifier(), pair_tokenizer(), tmp_path)
    found = load_pair_classifier(folder, device="cpu").probabilities(PAIRS[:3])
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 1e-5


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    folder = saved(pair_classifier(labels=3), pair_tokenizer(), tmp_path)
    with pytest.raises(ModelError, match="cannot load the weights"):
        load_pair_classifier(folder, device="cpu")


def test_a_tokenizer_without_separator_is_refused(model: PreTrainedModel) -> None:
    tokenizer = pair_tokenizer()
    tokenizer.sep_token = None
    with pytest.raises(ModelError, match="the tokenizer of tiny has no separator token"):
        PairClassifier(LoadedModel("tiny", model, tokenizer, "tiny", None))
