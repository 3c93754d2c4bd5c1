"""How many tokens a model can read, and prompts that are longer.

Behind its last position a model still computes something, and nothing says that it is nonsense; so
what does not fit is refused before it is read. The limit is `max_position_embeddings`, which the
published extended models (Llama 3.2, GPT-OSS, Gemma 3) give with their extension; where a user has
stretched a model by YaRN it is the stretched length. Of linear and dynamic stretching only the
configuration's own number is believed. Sliding windows limit what a layer looks back at, not how
far a model counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from aleator.errors import InputError
from aleator.models.attention import language_model
from aleator.tokens.chat import PromptFormat

_FIELD = "max_position_embeddings"
_SHOWN = 60


@dataclass(frozen=True)
class Asked:
    """A prompt, and what is to be read behind it.

    Attributes:
        prompt: Its text.
        chat: How it is put to the model.
        answers: Answers whose every token but the stop token is read; the longest one counts.
        place: Where the prompt stands, such as "file:line"; empty where nobody wrote a file.
    """

    prompt: str
    chat: PromptFormat
    answers: Sequence[str] = ()
    place: str = ""

    @property
    def tokens(self) -> int:
        """How many the model has to read."""
        longest = max((len(ids) for ids in self.chat.answer_ids(self.answers)), default=0)
        return len(self.chat.prompt_ids(self.prompt)) + longest

    @property
    def bytes(self) -> int:
        """The texts' length in UTF-8, the longest answer's only."""
        longest = max((len(answer.encode()) for answer in self.answers), default=0)
        return len(self.prompt.encode()) + longest


def model_positions(model: nn.Module) -> int | None:
    """How many positions a model was built for; None where its configuration sets no limit."""
    config = language_model(model).config.get_text_config(decoder=True)
    values = vars(config)
    found = values.get(config.attribute_map.get(_FIELD, _FIELD))
    if not isinstance(found, int) or found <= 0:
        return None
    return max([found, *_stretched(values.get("rope_parameters"))])


def check_room(positions: int | None, asked: Iterable[Asked]) -> None:
    """Refuse the first prompt that is longer than the model, its longest answer included.

    A token stands for a byte or more, so most prompts need not be tokenised.

    Args:
        positions: Of `model_positions`.
        asked: Prompts and answers.

    Raises:
        InputError: There is one; the message says which, and how long it is.
    """
    if positions is None:
        return
    around: dict[PromptFormat, int] = {}
    for one in asked:
        if one.chat not in around:
            around[one.chat] = len(one.chat.prompt_ids("?"))
        if one.bytes + around[one.chat] > positions and (tokens := one.tokens) > positions:
            raise _too_long(one, tokens, positions)


def check_length(tokens: int, positions: int | None, what: str) -> None:
    """Refuse what is longer than the model, where its text is not at hand.

    Raises:
        InputError: It is.
    """
    if positions is not None and tokens > positions:
        raise InputError(
            f"{what} takes {tokens:,} tokens, and the model has positions for {positions:,}: "
            "shorten it, or take another model."
        )


def _too_long(one: Asked, tokens: int, positions: int) -> InputError:
    where = f"{one.place}: " if one.place else ""
    shown = one.prompt if len(one.prompt) <= _SHOWN else one.prompt[: _SHOWN - 1] + "…"
    included = " with its longest answer" if one.answers else ""
    return InputError(
        f"{where}the prompt {shown!r} takes {tokens:,} tokens{included}, and the model has "
        f"positions for {positions:,}: shorten it, or take another model."
    )


def _stretched(rope: object) -> list[int]:
    """Lengths that YaRN stretches to; layers may have parameters of their own."""
    if not isinstance(rope, Mapping):
        return []
    match rope:
        case {
            "rope_type": "yarn",
            "factor": float() | int() as factor,
            "original_max_position_embeddings": int() as original,
        }:
            return [round(original * factor)]
        case _:
            return [length for one in rope.values() for length in _stretched(one)]
