"""Where a prompt begins, where an answer begins and where it ends.

Not known: which end the model itself learnt. A template that was added to a base model ends turns
with a token that the model never writes.
"""

from typing import cast

import numpy as np

from aleator.doctor.findings import Finding, failed, not_applicable, passed
from aleator.doctor.patient import PROMPT, Patient
from aleator.doctor.specimen import TARGET
from aleator.tokens.chat import ChatFormat, conversation_ids
from aleator.tokens.speller import Speller
from aleator.training.collator import BatchMaker
from aleator.training.prompts import Visit
from aleator.training.recipe import TreeSupervision

_ANSWER = "7"
_THOUGHT, _THOUGHT_ENDS = "<think>", "</think>"


def check_bos(patient: Patient) -> Finding:
    """One beginning-of-sequence token where the tokenizer puts one, never two.

    Only the first tokens count: some tokenizers call the token that opens every turn their BOS.
    """
    bos = patient.tokenizer.bos_token_id
    if bos is None:
        return not_applicable("the tokenizer has none")
    ids = patient.prompt_format.prompt_ids(PROMPT)
    leading = next((place for place, token in enumerate(ids) if token != bos), len(ids))
    name = f"{patient.tokenizer.bos_token!r}"
    if leading > 1:
        return failed(
            f"a prompt begins with {leading} {name}",
            "tokenise templated prompts without adding special tokens again, and let the chat "
            "template write it once",
        )
    wanted = patient.tokenizer("?")["input_ids"][:1] == [bos]
    if wanted and not leading:
        return failed(
            f"the tokenizer puts {name} before plain text, but a prompt begins without",
            "write {{ bos_token }} at the beginning of the chat template",
        )
    if not leading:
        return not_applicable(f"neither tokenizer nor chat template writes {name}")
    return passed(f"a prompt begins with one {name}")


def check_stop_token(patient: Patient) -> Finding:
    """Answers end, for evaluation and training, with what the template ends a turn with."""
    tokenizer, prompt_format = patient.tokenizer, patient.prompt_format
    ids = conversation_ids(tokenizer, PROMPT, _ANSWER)
    answer = prompt_format.answer_ids([_ANSWER])[0]
    ends = [
        place + len(answer)
        for place in range(len(ids) - len(answer))
        if ids[place : place + len(answer)] == answer
    ]
    if not ends:
        return failed(
            "a conversation that the template writes does not show the answer's tokens with "
            "something behind them",
            "repair chat_template.jinja",
        )
    written, used = ids[ends[-1]], prompt_format.stop_token_id
    names = cast(list[str], tokenizer.convert_ids_to_tokens([written, used]))
    if written != used:
        return failed(
            f"the template ends an answer with {names[0]!r} ({written}), but {names[1]!r} ({used}) "
            "is waited for",
            f"use {names[0]!r} as the stop token",
        )
    return passed(f"the template ends an answer with {names[0]!r} ({written})")


def check_generation_config(patient: Patient) -> Finding:
    """Who calls `generate` or serves the checkpoint stops where aleator does."""
    config, stop = patient.model.generation_config, patient.prompt_format.stop_token_id
    if config is None:
        return not_applicable("the model cannot generate")
    listed = config.eos_token_id
    ends = [] if listed is None else listed if isinstance(listed, list) else [listed]
    if stop not in ends:
        name = patient.tokenizer.convert_ids_to_tokens(stop)
        return failed(
            f"generation_config.json ends answers with {ends or 'nothing'}, without the template's "
            f"{name!r} ({stop}): `generate` and servers run past the end of an answer, which "
            "training and evaluation here do not",
            f"add {stop} to its eos_token_id",
        )
    return passed(f"its eos_token_id {ends} holds the template's stop token")


def check_training_prompt(patient: Patient) -> Finding:
    """What training supervises after is what evaluation and sampling ask with."""
    prompt_format = patient.prompt_format
    trained = _training_ids(patient)
    asked = prompt_format.prompt_ids(PROMPT)
    if trained != asked:
        pairs = enumerate(zip(trained, asked, strict=False))
        shorter = min(len(trained), len(asked))
        place = next((place for place, (one, other) in pairs if one != other), shorter)
        differ = [
            patient.tokenizer.decode(list(ids[place : place + 4])) for ids in (trained, asked)
        ]
        return failed(
            f"training and evaluation ask with different tokens from the {place + 1}th on: "
            f"{differ[0]!r} and {differ[1]!r}",
            "use the same chat template and options for both",
        )
    text, end = (cast(str, patient.tokenizer.decode(list(ids))) for ids in (asked, asked[-4:]))
    if missing := _before_the_answer(patient, text):
        return failed(
            f"a prompt ends in {end!r}, but in a conversation {missing!r} stands before the answer",
            "let chat_template.jinja open the assistant's turn where add_generation_prompt is set",
        )
    if text.count(_THOUGHT) > text.count(_THOUGHT_ENDS):
        return failed(
            f"a prompt ends inside a thought ({end!r}), where answers would be trained",
            "take a model that can answer without thinking, or close the thought in "
            "chat_template.jinja",
        )
    return passed(f"the same {len(asked)} tokens, ending in {end!r}")


def _before_the_answer(patient: Patient, prompt: str) -> str:
    """What a whole conversation writes between the prompt and the answer; empty where nothing.

    A template that writes history otherwise than prompts (without thoughts, say) is not judged.
    """
    ids = conversation_ids(patient.tokenizer, PROMPT, _ANSWER)
    conversation = cast(str, patient.tokenizer.decode(list(ids)))
    if not conversation.startswith(prompt):
        return ""
    between, found, _ = conversation.removeprefix(prompt).partition(_ANSWER)
    return between.strip() if found else ""


def _training_ids(patient: Patient) -> tuple[int, ...]:
    """The prompt as a batch of `aleator train` holds it, up to the root of its tree."""
    prompt_format = ChatFormat(patient.tokenizer)
    maker = BatchMaker(prompt_format, Speller(prompt_format))
    visit = Visit(0, PROMPT, TARGET)
    batch = maker.batch([visit], TreeSupervision(nodes=1), np.random.default_rng(0)).packed
    return tuple(batch.input_ids[0, : int(batch.cols[0]) + 1].tolist())
