"""Prompts, answers and the end of an answer, as tokens: the only file that knows chat templates.

`ChatFormat` asks the tokenizer's own template and believes only what it renders: the token
that ends an answer is the one that follows an assistant's words in a rendered conversation,
not ``tokenizer.eos_token_id``; a prompt is tokenised by the template call itself, so that no
second beginning-of-sequence token gets in; answers are tokenised behind the prompt's last
words and must leave the prompt's tokens as they are. `PlainFormat` is for models without a
template: raw text, and answers on a line of their own.

Two templates need a hand. Thinking is switched off where a template knows how (Qwen3's
``enable_thinking``, GPT-OSS's ``reasoning_effort``, whose answers are then opened in the
final channel). And templates that print today's date are given a fixed one, or a model would
be asked something else every day.

One token ends an answer. What else a model's `generation_config.json` ends generation at
(`<|endoftext|>`, `<|eom_id|>`) is part of an answer here, which is then no number: a departure from
the published draws, where it ends one as well.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, cast

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerFast

from aleator.errors import ModelError
from aleator.files import JsonValue

DIRECT_ANSWERS: Mapping[str, JsonValue] = {"enable_thinking": False, "reasoning_effort": "low"}
"""Template options that make a model answer without thinking aloud, where its template has them."""

FINAL_CHANNEL = "<|channel|>final<|message|>"
"""What GPT-OSS writes between its generation prompt and an answer."""

TODAY = date(2024, 7, 26)
"""The day it always is: the one Llama 3.2's template falls back to."""

_SENTINEL = "ALEATOR-ANSWER"

# Stands before a template and hides the function of that name; transformers lets no other in.
_FIXED_DATE = (
    "{% macro strftime_now(format) %}{{ format"
    + "".join(
        f"|replace('%{letter}', '{TODAY.strftime('%' + letter)}')" for letter in "aAbBdmyYjHMS"
    )
    + " }}{% endmacro +%}"
)


class PromptFormat(Protocol):
    """How prompts are put to a model and how it writes answers."""

    @property
    def stop_token_id(self) -> int:
        """The token that ends an answer."""
        ...

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """Token ids of everything before the answer."""
        ...

    def answer_ids(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each answer as it stands after a prompt, without the stop token."""
        ...


class ChatFormat:
    """Prompts as user turns of the tokenizer's chat template.

    Args:
        tokenizer: A tokenizer with a chat template.
        system: A system message put before every prompt.
        template_options: Variables for the template; they go before `DIRECT_ANSWERS`.

    Raises:
        ModelError: There is no chat template, it does not know an option, it refuses or drops a
            system message, or no single token ends an assistant's turn.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        *,
        system: str | None = None,
        template_options: Mapping[str, JsonValue] | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        # Template options are keyword arguments of the call, so its own signature says too little.
        self._apply: Callable[..., object] = tokenizer.apply_chat_template
        self._system = system
        self._options = _options(_template(tokenizer), template_options or {})
        prompt, conversation = self._render("?"), self._render("?", _SENTINEL)
        if system is not None and system.strip() not in prompt:
            raise ModelError(
                f"the chat template of {_name(tokenizer)} drops the system message; leave it out "
                "or use another chat template"
            )
        before, _, after = conversation.rpartition(_SENTINEL)
        self.stop_token_id: int = _stop_token(tokenizer, after)
        # Other text between the two, such as empty thoughts, is the template's to add or not.
        self._opening = FINAL_CHANNEL if before == prompt + FINAL_CHANNEL else ""
        self._opening_ids = tuple(_encode(tokenizer, [self._opening])[0])
        self._answers = _InPlace(tokenizer, prompt + self._opening, self.prompt_ids("?"))

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """Token ids of the rendered conversation up to where the assistant's answer begins."""
        ids = self._apply(
            self._messages(prompt),
            add_generation_prompt=True,
            return_dict=False,
            tokenizer_kwargs={"verbose": False},  # what is too long is refused elsewhere
            **self._options,
        )
        assert isinstance(ids, list)
        return (*ids, *self._opening_ids)

    def text(self, messages: Sequence[Mapping[str, str]], *, answer_begun: bool = False) -> str:
        """A conversation as text, for libraries that tokenise it themselves.

        They must put no special tokens before it: what belongs there, the template has written.

        Args:
            messages: Turns with ``role`` and ``content``, the user's last.
            answer_begun: The last turn is the assistant's and is to be continued.

        Raises:
            ModelError: The template refuses such a conversation.
        """
        try:
            rendered = self._apply(
                [dict(message) for message in messages],
                add_generation_prompt=not answer_begun,
                continue_final_message=answer_begun,
                tokenize=False,
                **self._options,
            )
        except TemplateError as error:
            raise ModelError(
                f"the chat template of {_name(self._tokenizer)} refuses a conversation of "
                f"{len(messages)} turns ({error}); use another chat template"
            ) from error
        assert isinstance(rendered, str)
        return rendered if answer_begun else rendered + self._opening

    def answer_ids(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each answer behind the generation prompt, without the stop token.

        Raises:
            ModelError: The tokenizer draws an answer's first characters into the prompt's last
                token.
        """
        return self._answers.ids(answers)

    def _messages(self, prompt: str, answer: str | None = None) -> list[dict[str, str]]:
        turns = [("system", self._system), ("user", prompt), ("assistant", answer)]
        return [{"role": role, "content": text} for role, text in turns if text is not None]

    def _render(self, prompt: str, answer: str | None = None) -> str:
        try:
            rendered = self._apply(
                self._messages(prompt, answer),
                add_generation_prompt=answer is None,
                tokenize=False,
                **self._options,
            )
        except TemplateError as error:
            system = "a system message and " if self._system is not None else ""
            raise ModelError(
                f"the chat template of {_name(self._tokenizer)} refuses {system}a user turn "
                f"({error}); leave the system message out or use another chat template"
            ) from error
        assert isinstance(rendered, str)
        return rendered


class PlainFormat:
    """Prompts as raw text and answers on the line below, for models without a chat template.

    Args:
        tokenizer: Any tokenizer; a beginning-of-sequence token is put where it puts one.
        stop: Text of the one token that ends an answer.

    Raises:
        ModelError: `stop` is not one token.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, stop: str = "\n") -> None:
        self._tokenizer = tokenizer
        stop_ids = _encode(tokenizer, [stop])[0]
        if len(stop_ids) != 1:
            raise ModelError(
                f"{stop!r} is {len(stop_ids)} tokens to {_name(tokenizer)}, and an answer must end "
                "with one; choose another stop"
            )
        self.stop_token_id: int = stop_ids[0]
        line = tuple(_encode(tokenizer, ["?\n"])[0])
        if self.prompt_ids("?")[-len(line) :] != line:
            raise ModelError(
                f"{_name(tokenizer)} puts a token behind every text, where an answer should begin; "
                "use another tokenizer"
            )
        self._answers = _InPlace(tokenizer, "?\n", line)

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """Token ids of the prompt, its line ended."""
        text = prompt if prompt.endswith("\n") else prompt + "\n"
        return tuple(self._tokenizer(text)["input_ids"])

    def answer_ids(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each answer at the beginning of a line, without the stop token.

        Raises:
            ModelError: The tokenizer draws an answer's first characters into the line end before.
        """
        return self._answers.ids(answers)


def conversation_ids(
    tokenizer: PreTrainedTokenizerFast, prompt: str, answer: str
) -> tuple[int, ...]:
    """Token ids of a prompt and its answer as the whole conversation that a judge reads.

    The template is asked as it is: no option is set, nothing is opened for a further turn.

    Raises:
        ModelError: There is no chat template, or it refuses such a conversation.
    """
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    template = _template(tokenizer)
    try:
        ids = tokenizer.apply_chat_template(turns, chat_template=template, return_dict=False)
    except TemplateError as error:
        raise ModelError(
            f"the chat template of {_name(tokenizer)} refuses a user's turn and an answer "
            f"({error}); use another judge"
        ) from error
    return tuple(cast(list[int], ids))  # of one conversation, which the signature does not say


def direct_answers(tokenizer: PreTrainedTokenizerFast) -> dict[str, JsonValue]:
    """What to call a tokenizer's template with so that the model answers without thinking aloud.

    Raises:
        ModelError: There is no chat template.
    """
    template = _template(tokenizer)
    return {name: value for name, value in DIRECT_ANSWERS.items() if _knows(template, name)}


class _InPlace:
    """Tokenises answers behind the end of a prompt.

    Only the prompt's text from its last added token on is tokenised again with every answer:
    tokenizers cut texts at added tokens before they do anything else.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, prompt: str, prompt_ids: tuple[int, ...]
    ) -> None:
        if tuple(_encode(tokenizer, [prompt])[0]) != prompt_ids:
            raise ModelError(
                f"{_name(tokenizer)} tokenises the end of a prompt, {prompt[-40:]!r}, in another "
                "way when it is taken apart; use another chat template"
            )
        cut = max((prompt.rfind(token) for token in tokenizer.get_added_vocab()), default=-1)
        self._tokenizer = tokenizer
        self._context = prompt[max(cut, 0) :]
        self._context_ids = _encode(tokenizer, [self._context])[0]
        if list(prompt_ids[-len(self._context_ids) :]) != self._context_ids:
            self._context, self._context_ids = prompt, list(prompt_ids)

    def ids(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of `answers`, without those of the prompt."""
        if not answers:
            return []
        skip = len(self._context_ids)
        found = _encode(self._tokenizer, [self._context + answer for answer in answers])
        for answer, ids in zip(answers, found, strict=True):
            if ids[:skip] != self._context_ids:
                raise ModelError(
                    f"{_name(self._tokenizer)} merges the beginning of the answer {answer!r} with "
                    "the end of the prompt, so that it has no tokens of its own; leave out leading "
                    "white space or choose another answer"
                )
        return [tuple(ids[skip:]) for ids in found]


def _name(tokenizer: PreTrainedTokenizerFast) -> str:
    """What to call the tokenizer in an error message."""
    return str(tokenizer.name_or_path) or "the tokenizer"


def _encode(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> list[list[int]]:
    """Token ids of each text as it stands, with nothing put before or after."""
    return tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]


def _template(tokenizer: PreTrainedTokenizerFast) -> str:
    """The tokenizer's chat template, its date fixed."""
    if tokenizer.chat_template is None:
        raise ModelError(
            f"{_name(tokenizer)} has no chat template; take an instruction-tuned model, or add "
            "chat_template.jinja to its directory"
        )
    template = tokenizer.get_chat_template()
    return _FIXED_DATE + template if "strftime_now" in template else template


def _options(template: str, wanted: Mapping[str, JsonValue]) -> dict[str, object]:
    """What to call the template with: `wanted`, and of the defaults what it knows."""
    for option in wanted:
        if not _knows(template, option):
            raise ModelError(f"the chat template knows no option {option!r}; leave it out")
    defaults = {name: value for name, value in DIRECT_ANSWERS.items() if _knows(template, name)}
    return {"chat_template": template, **defaults, **wanted}


def _knows(template: str, option: str) -> bool:
    return re.search(rf"\b{re.escape(option)}\b", template) is not None


def _stop_token(tokenizer: PreTrainedTokenizerFast, after_answer: str) -> int:
    """The added token that a rendered conversation goes on with after an answer."""
    added = tokenizer.get_added_vocab()
    stops = [token for token in added if token and after_answer.startswith(token)]
    if not stops:
        raise ModelError(
            f"the chat template of {_name(tokenizer)} ends an assistant's turn with "
            f"{after_answer[:20]!r}, which does not begin with a special token; use another chat "
            "template"
        )
    return added[max(stops, key=len)]
