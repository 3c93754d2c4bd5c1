"""Outcomes that a tokenizer cannot write, and system messages that a template does not take."""

from dataclasses import replace

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from aleator.errors import RecipeError
from aleator.outcomes.language import LanguageTarget
from aleator.outcomes.outcomes import Outcomes
from aleator.tokens.chat import ChatFormat
from aleator.tokens.spelling import check_spelling, system_formats
from tests.tiny_models import Template, tiny_tokenizer


def _target(*outcomes: str, system: str | None = None) -> LanguageTarget:
    places = tuple(f"my.yaml:{7 + place}" for place in range(len(outcomes)))
    return LanguageTarget(
        name="mine",
        prompts=("Pick one.",),
        outcomes=Outcomes(outcomes, np.full(len(outcomes), 1 / len(outcomes))),
        system=system,
        place="my.yaml:2",
        outcome_places=places,
    )


def _check(tokenizer: PreTrainedTokenizerFast, *targets: LanguageTarget) -> None:
    formats = system_formats(targets, tokenizer)
    check_spelling(targets, tokenizer, ChatFormat(tokenizer), formats)


@pytest.mark.parametrize("template", ["chatml", "chatml_thinking", "llama3", "harmony"])
def test_words_of_any_kind_can_be_spelt(template: Template) -> None:
    words = ("Monday", "full stop", "3", "-0.5", "Ümläut 漢字 🎲", "North  America", "a\nb")
    _check(tiny_tokenizer(template), _target(*words), _target(*words, system="Be brief."))


def test_every_system_message_has_its_format() -> None:
    tokenizer = tiny_tokenizer("chatml")
    targets = [_target("a", system=system) for system in (None, "One.", "Two.", "One.")]
    formats = system_formats(targets, tokenizer)
    assert list(formats) == ["One.", "Two."]
    expected = ChatFormat(tokenizer, system="Two.").prompt_ids("Pick one.")
    assert formats["Two."].prompt_ids("Pick one.") == expected


def test_a_template_that_takes_no_system_message() -> None:
    with pytest.raises(RecipeError, match="my.yaml:2: the chat template of .* refuses a system"):
        system_formats([_target("a", system="Be brief.")], tiny_tokenizer("gemma"))


def test_a_special_token_is_no_answer() -> None:
    with pytest.raises(RecipeError, match=r"my.yaml:8: the outcome 'a<\|im_end\|>' holds a"):
        _check(tiny_tokenizer("chatml"), _target("a", "a<|im_end|>"))


def _lower_case_words() -> PreTrainedTokenizerFast:
    """Knows a few words in lower case, and nothing else."""
    words = ["<unk>", "<|im_start|>", "<|im_end|>", "user", "assistant", "pick", "one", ".", "?"]
    tokenizer = Tokenizer(
        models.WordLevel({word: id_ for id_, word in enumerate([*words, "\n", "red"])}, "<unk>")
    )
    tokenizer.normalizer = normalizers.Lowercase()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.pre_tokenizer = pre_tokenizers.Split("\n", "isolated")  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.decoder = decoders.Fuse()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")
    fast.chat_template = tiny_tokenizer("chatml").chat_template
    return fast


@pytest.mark.parametrize("text", ["Red", "blue"])
def test_what_does_not_read_back_is_refused(text: str) -> None:
    """A capital that the tokenizer does not know, and a word that it does not."""
    tokenizer = _lower_case_words()
    with pytest.raises(RecipeError, match=f"my.yaml:8: .*outcome '{text}'.*choose another"):
        _check(tokenizer, _target("red", text))


def test_an_outcome_merged_with_the_prompt_names_its_line() -> None:
    tokenizer = tiny_tokenizer("chatml")
    with pytest.raises(RecipeError, match=r"my.yaml:8: .* merges the beginning of the answer"):
        _check(tokenizer, _target("a", "\nb"))


def test_places_fall_back_to_the_set() -> None:
    target = replace(_target("<|im_end|>"), outcome_places=())
    with pytest.raises(RecipeError, match="^my.yaml:2: "):
        _check(tiny_tokenizer("chatml"), target)
