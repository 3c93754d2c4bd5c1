"""The chat template: is there one that can be used, and does it keep a system message?

`ChatFormat` believes what a template renders. Here the tokenizer is asked directly, with the
template as it stands, so that a mistake of `ChatFormat` would show as well.
"""

from typing import cast

from jinja2 import TemplateError

from aleator.doctor.findings import Finding, failed, not_applicable, passed
from aleator.doctor.patient import PROMPT, Patient
from aleator.errors import ModelError

_SYSTEM = "ALEATOR-SYSTEM"


def check_template(patient: Patient) -> Finding:
    """A template is there, and prompts and answers can be written with it."""
    if isinstance(patient.asked, ModelError):
        return failed(str(patient.asked))
    return passed(f"there; a prompt takes {len(patient.asked.prompt_ids(PROMPT))} tokens")


def check_system_message(patient: Patient) -> Finding:
    """What the system is told reaches the model."""
    turns = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": PROMPT}]
    try:
        rendered = patient.tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=False
        )
    except TemplateError as error:
        return not_applicable(f"the chat template refuses system messages, and says so: {error}")
    if _SYSTEM not in cast(str, rendered):
        return failed(
            "the chat template drops the system message without a word",
            "put instructions into the prompt, or repair chat_template.jinja",
        )
    return passed("the chat template keeps it")
