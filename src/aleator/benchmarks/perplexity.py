"""Perplexity: how well a model still predicts ordinary text, slice by slice.

Raw text, no chat template: each document in sliding windows (``evaluation.document_loss``), a
beginning-of-sequence token before it where the tokenizer has one. ``rows/perplexity.jsonl`` has
one row a document: ``{"key": "SLICE/0012", "slice", "nll", "tokens", "bytes", "windows",
"text_sha256"}``, nats summed over the scored tokens (null where there is none, or the model gave no
number), how many those are and the bytes that they write. ``result.json`` holds under
``bench.perplexity``::

    {"slices": [{"slice": str, "documents": int, "left_out": int,   # scored; nothing to score
                 "tokens": int, "bytes": int,
                 "perplexity":    {"value", "low", "high"},         # exp(sum nll / sum tokens)
                 "bits_per_byte": {"value", "low", "high"}}, …],
     "bos": bool, "model_positions": int or null,
     "context_used": int, "stride_used": int,                       # capped to those positions
     "limit", "context", "stride", "texts", "files", "files_sha256", "seed"}   # the settings

Intervals are 95% bootstrap intervals over documents. To compare two models use the rows in pairs
(``metrics.perplexity.perplexity_ratio``), which is far more precise than two intervals. Needs the
model's logits, so that an endpoint is refused.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aleator.benchmarks.estimates import as_estimate
from aleator.benchmarks.kept_rows import Progress, kept_rows, no_progress
from aleator.benchmarks.perplexity_texts import (
    PerplexitySettings,
    TextDocument,
    text_documents,
)
from aleator.benchmarks.subject import AnsweringModel, Subject
from aleator.errors import ConfigurationChangedError, InputError
from aleator.evaluation.document_loss import DocumentLoss, DocumentScorer
from aleator.evaluation.windows import Windowing
from aleator.files import JsonValue, Row
from aleator.metrics.perplexity import bits_per_byte, perplexity

NAME = "perplexity"


def check_perplexity(settings: PerplexitySettings, *, logits: bool) -> None:
    """Refuse what cannot be measured, before a model is loaded.

    Args:
        settings: What is to be measured.
        logits: Whether the subject gives them; an endpoint and vLLM do not.

    Raises:
        InputError: There are none, or the texts cannot be read.
    """
    text_documents(settings)
    if not logits:
        raise _without_logits()


def _without_logits() -> InputError:
    return InputError(
        f"{NAME} needs the model's logits, which neither an endpoint nor vLLM gives: load the "
        "model here."
    )


def run_perplexity(
    subject: Subject,
    settings: PerplexitySettings,
    out: Path,
    advance: Progress = no_progress,
) -> dict[str, JsonValue]:
    """Score the documents; rows already in ``out/rows/perplexity.jsonl`` are not computed again.

    Args:
        subject: A model that is loaded here.
        settings: What is measured; the caller sees to it that rows in ``out`` had the same.
        out: The evaluation's directory.
        advance: Called with the documents done and all documents.

    Returns:
        What ``result.json`` holds under ``bench.perplexity``.

    Raises:
        InputError: The settings make no sense, or the subject has no logits.
        ConfigurationChangedError: The rows there are those of other texts.
        OutputError: The directory cannot be written.
    """
    if subject.model is None:
        raise _without_logits()
    documents = text_documents(settings)
    scorer = _scorer(subject.model, settings)

    def check(rows: Mapping[str, Row]) -> None:
        _check_texts(out, documents, rows)

    def measure(done: frozenset[str]) -> Iterator[Row]:
        return _measure(scorer, documents, done)

    keys = [document.key for document in documents]
    rows = kept_rows(out, NAME, keys, measure, advance, check)
    return {
        "slices": _summaries(rows, settings.seed),
        "bos": scorer.bos,
        "model_positions": scorer.positions,
        "context_used": scorer.windowing.context,
        "stride_used": scorer.windowing.stride,
        **settings.as_json(),
    }


def check_texts_on(model: AnsweringModel, settings: PerplexitySettings) -> None:
    """Refuse a slice in which this model finds nothing to score.

    Raises:
        InputError: There is one; the message says which, and where it lies.
    """
    scorer = _scorer(model, settings)
    documents = text_documents(settings)
    scored: dict[str, bool] = {}
    for one in documents:
        if not scored.get(one.slice_name, False):
            scored[one.slice_name] = scorer.read(one.text).scored_tokens > 0
    for name, found in scored.items():
        if not found:
            where = f"{settings.path}: " if settings.path is not None else ""
            raise InputError(
                f"{where}the slice {name!r} holds nothing to score, for each of its texts that "
                "would be read is empty or a single token: give longer ones, or leave it out."
            )


def _scorer(model: AnsweringModel, settings: PerplexitySettings) -> DocumentScorer:
    windowing = Windowing(settings.context, settings.stride)
    return DocumentScorer(model.model, model.tokenizer, windowing)


def _measure(
    scorer: DocumentScorer, documents: Sequence[TextDocument], done: frozenset[str]
) -> Iterator[Row]:
    """A row a document; batches are cut before those that are done are left out."""
    read = [scorer.read(document.text) for document in documents]
    for batch in scorer.batches(read):
        left = [place for place in batch if documents[place].key not in done]
        losses = scorer.score([read[place] for place in left])
        for place, loss in zip(left, losses, strict=True):
            yield _row(documents[place], loss)


def _row(document: TextDocument, loss: DocumentLoss) -> Row:
    finite = loss.nats is not None and math.isfinite(loss.nats)
    return {
        "key": document.key,
        "slice": document.slice_name,
        "nll": loss.nats if finite else None,
        "tokens": loss.tokens,
        "bytes": loss.bytes,
        "windows": loss.windows,
        "text_sha256": document.digest,
    }


def _check_texts(out: Path, documents: Sequence[TextDocument], rows: Mapping[str, Row]) -> None:
    digests = {document.key: document.digest for document in documents}
    for key, row in rows.items():
        if digests.get(key) != row["text_sha256"]:
            raise ConfigurationChangedError(
                f"{out / 'rows' / NAME}.jsonl scores another text {key!r} than the one at hand; "
                "choose another --out."
            )


def _summaries(rows: Sequence[Row], seed: int) -> list[JsonValue]:
    by_slice: dict[str, list[Row]] = {}
    for row in rows:
        by_slice.setdefault(str(row["slice"]), []).append(row)
    return [_summary(name, own, seed) for name, own in by_slice.items()]


def _summary(name: str, rows: Sequence[Row], seed: int) -> Mapping[str, JsonValue]:
    scored = [row for row in rows if row["nll"] is not None]
    nats, tokens, sizes = (_numbers(scored, field) for field in ("nll", "tokens", "bytes"))
    return {
        "slice": name,
        "documents": len(scored),
        "left_out": len(rows) - len(scored),
        "tokens": int(sum(tokens)),
        "bytes": int(sum(sizes)),
        "perplexity": as_estimate(perplexity(nats, tokens, seed=seed)),
        "bits_per_byte": as_estimate(bits_per_byte(nats, sizes, seed=seed)),
    }


def _numbers(rows: Sequence[Row], field: str) -> list[float]:
    values = [row[field] for row in rows]
    return [float(value) for value in values if isinstance(value, int | float)]
