"""What a directory says of perplexity: how well ordinary text is still predicted, by slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aleator.report.estimates import Estimate, read_estimate
from aleator.report.fields import Field
from aleator.report.row_files import row_fields

NAME = "perplexity"
FIGURES = frozenset({"slices"})
"""What result.json holds of it besides settings."""

MATTERS = frozenset({"bos", "context_used", "stride_used"})
"""Settings that decide what a figure means; runs that differ in one are not compared."""


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        nll: Its negative log-likelihood in nats; None where undefined.
        tokens: How many were scored.
        bytes: What they write.
        text: Tells its text from others; None where the row does not say.
    """

    nll: float | None
    tokens: int
    bytes: int
    text: str | None = None


@dataclass(frozen=True)
class Slice:
    """One slice of one condition.

    Attributes:
        place: Where it stands below the benchmark.
        documents: How many were read.
        perplexity: Of all its tokens.
        bits_per_byte: The same without regard to the tokenizer.
        rows: Its documents by the row's key.
    """

    place: str
    documents: int
    perplexity: Estimate
    bits_per_byte: Estimate
    rows: Mapping[str, Document]


@dataclass(frozen=True)
class Perplexity:
    """The benchmark of one condition: slices by name."""

    slices: Mapping[str, Slice]


def read_perplexity(bench: Field, directory: Path) -> Perplexity:
    """Read the benchmark.

    Raises:
        InputError: A file is missing or not as it should be.
    """
    rows: dict[str, dict[str, Document]] = {}
    for row in row_fields(directory, NAME):
        rows.setdefault(row.get("slice").text(), {})[row.get("key").text()] = _document(row)
    slices: dict[str, Slice] = {}
    for number, item in enumerate(bench.get("slices").parts()):
        name = item.get("slice").text()
        slices[name] = Slice(
            place=f"slices[{number}]",
            documents=item.get("documents").whole(),
            perplexity=read_estimate(item.get("perplexity")),
            bits_per_byte=read_estimate(item.get("bits_per_byte")),
            rows=rows.get(name, {}),
        )
    return Perplexity(slices)


def _document(row: Field) -> Document:
    nll, text = row.find("nll"), row.find("text_sha256")
    return Document(
        nll=None if nll is None else nll.number(),
        tokens=row.get("tokens").whole(),
        bytes=row.get("bytes").whole(),
        text=None if text is None else text.text(),
    )
