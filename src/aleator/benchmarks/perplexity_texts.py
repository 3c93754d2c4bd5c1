"""The documents of the perplexity benchmark: slices from files, from the package or from the hub.

Files are laid out as those of PALOMA (``benchmarks.text_files``). ``sandbox`` is our own text, held
out from the sandbox model's (``sandbox.held_out_text``). ``paloma`` are the seven test slices of
arXiv 2605.11845 from the hub through `datasets`. They are gated: accept their licence and log in.
Not tried here, for want of a network: the hub's side is used as documented.
"""

import hashlib
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from aleator.benchmarks.spread import spread_places
from aleator.benchmarks.text_files import content_hash, slice_files, texts_of
from aleator.errors import InputError, UnknownNameError
from aleator.evaluation.windows import Windowing
from aleator.files import JsonValue
from aleator.hub_data import hub_rows

SANDBOX_TEXTS = "sandbox"
PALOMA = "paloma"
TEXTS = (SANDBOX_TEXTS, PALOMA)
"""The names of all collections; files of the user's come instead of them."""

PALOMA_DATASET = "allenai/paloma"
PALOMA_SLICES = (
    "wikitext_103",
    "c4_en",
    "dolma-v1_5",
    "mc4",
    "ptb",
    "redpajama",
    "falcon-refinedweb",
)


@dataclass(frozen=True)
class PerplexitySettings:
    """What is measured.

    Attributes:
        limit: At most so many documents a slice, at even steps; None for all.
        context: Most tokens of a window, shortened to what the model has positions for.
        stride: Tokens from a window's beginning to the next one's, shortened in proportion.
        texts: The name of a collection.
        files: A file or folder of the user's, instead.
        seed: Of the bootstrap.
    """

    limit: int | None = None
    context: int = 2048
    stride: int = 1024
    texts: str = SANDBOX_TEXTS
    files: Path | None = None
    seed: int = 0

    def as_json(self) -> dict[str, JsonValue]:
        """Everything that decides the rows, for the record; of files their hash, too.

        Raises:
            InputError: A file cannot be read.
        """
        path = self.path
        digest = None if path is None else content_hash(slice_files(path))
        given = None if self.files is None else str(self.files)
        texts = self.texts if self.files is None else None
        return {**asdict(self), "texts": texts, "files": given, "files_sha256": digest}

    @property
    def path(self) -> Path | None:
        """Where the slices are read from; None: from the hub."""
        if self.files is not None:
            return self.files
        return sandbox_folder() if self.texts == SANDBOX_TEXTS else None


@dataclass(frozen=True)
class TextDocument:
    """One document.

    Attributes:
        slice_name: The slice it is of.
        index: Its place in the whole slice.
        text: What it says.
    """

    slice_name: str
    index: int
    text: str

    @property
    def key(self) -> str:
        """Names it in the rows."""
        return f"{self.slice_name}/{self.index:04d}"

    @property
    def digest(self) -> str:
        """Tells its text from others': 16 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def text_documents(settings: PerplexitySettings) -> list[TextDocument]:
    """The documents that the settings ask for, slice by slice.

    Raises:
        UnknownNameError: There is no such collection.
        InputError: A number makes no sense, or the documents cannot be read.
    """
    check_texts(settings)
    path = settings.path
    if path is None:
        slices = {name: _from_hub(name) for name in PALOMA_SLICES}
    else:
        found = slice_files(path)
        slices = {
            name: [text for one in own for text in texts_of(one)] for name, own in found.items()
        }
    documents = []
    for name, texts in slices.items():
        if not texts:
            raise InputError(
                f'the slice {name!r} holds no documents; give one {{"text": …}} a line.'
            )
        places = spread_places(len(texts), settings.limit)
        documents += [TextDocument(name, place, texts[place]) for place in places]
    return documents


def sandbox_folder() -> Path:
    """Where our own slices lie."""
    return Path(str(files("aleator"))) / "benchmarks" / "data" / "perplexity"


def _from_hub(name: str) -> list[str]:
    what, instead = f"the collection {PALOMA}", "the texts as files"
    rows = hub_rows(PALOMA_DATASET, config=name, split="test", what=what, instead=instead)
    return [str(row["text"]) for row in rows]


def check_texts(settings: PerplexitySettings) -> None:
    """Refuse numbers that make no sense and collections that are not known; nothing is read.

    Raises:
        UnknownNameError: There is no such collection.
        InputError: A number makes no sense.
    """
    if settings.limit is not None and settings.limit < 1:
        raise InputError(f"limit={settings.limit}: score at least 1 document a slice.")
    Windowing(settings.context, settings.stride)
    if settings.files is None and settings.texts not in TEXTS:
        raise UnknownNameError("collection of texts", settings.texts, TEXTS)
