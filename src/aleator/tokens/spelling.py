"""Whether a tokenizer can write the answers of language targets, and read them back.

What it writes must decode to the answer again behind the prompt, hold no special token (a model
that meets one takes the turn for ended), and be the same with and without a system message.
"""

from collections.abc import Iterable, Mapping

from transformers import PreTrainedTokenizerFast

from aleator.errors import ModelError, RecipeError
from aleator.outcomes.language import LanguageTarget
from aleator.tokens.chat import ChatFormat, PromptFormat


def system_formats(
    targets: Iterable[LanguageTarget], tokenizer: PreTrainedTokenizerFast
) -> dict[str, PromptFormat]:
    """A chat format for every system message among the targets.

    Raises:
        RecipeError: The chat template takes no system message; the message names file and line.
    """
    formats: dict[str, PromptFormat] = {}
    for target in targets:
        if target.system is None or target.system in formats:
            continue
        try:
            formats[target.system] = ChatFormat(tokenizer, system=target.system)
        except ModelError as error:
            raise RecipeError(f"{target.place}: {error}") from error
    return formats


def check_spelling(
    targets: Iterable[LanguageTarget],
    tokenizer: PreTrainedTokenizerFast,
    plain: PromptFormat,
    with_system: Mapping[str, PromptFormat],
) -> None:
    """Refuse outcomes that the tokenizer cannot spell.

    Raises:
        RecipeError: There is one; the message names it with file and line.
    """
    special = {id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special}
    for target in targets:
        chat = plain if target.system is None else with_system[target.system]
        before = list(chat.prompt_ids(target.prompts[0]))
        opening = _decoded(tokenizer, before)
        for place, text in enumerate(target.outcomes.strings):
            where = target.place_of(place)
            try:
                (ids,) = chat.answer_ids([text])
            except ModelError as error:
                raise RecipeError(f"{where}: {error}") from error
            if special.intersection(ids) or chat.stop_token_id in ids:
                raise RecipeError(
                    f"{where}: the outcome {text!r} holds a special token of the model: choose "
                    "another text."
                )
            read_back = _decoded(tokenizer, [*before, *ids])
            if read_back != opening + text:
                raise RecipeError(
                    f"{where}: the tokenizer cannot spell the outcome {text!r}, and reads "
                    f"{read_back[len(opening) :]!r} back: choose another text or model."
                )
            if chat.stop_token_id != plain.stop_token_id or plain.answer_ids([text]) != [ids]:
                raise RecipeError(
                    f"{where}: behind a system message the model writes {text!r} with other "
                    "tokens than without: leave system out."
                )


def _decoded(tokenizer: PreTrainedTokenizerFast, ids: list[int]) -> str:
    text = tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    assert isinstance(text, str)
    return text
