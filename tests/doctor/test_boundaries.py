"""What the planted faults of `test_examination.py` leave open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from tokenizers import processors

from aleator.doctor.boundaries import (
    check_bos,
    check_generation_config,
    check_stop_token,
    check_training_prompt,
)
from aleator.doctor.patient import Patient
from aleator.tokens.chat import ChatFormat
from tests.doctor.patients import end_of_text, healthy, loaded


@dataclass(frozen=True)
class _TokenisedAgain:
    """The mistake itself: a rendered prompt goes through the tokenizer with special tokens."""

    right: ChatFormat
    patient: Patient

    @property
    def stop_token_id(self) -> int:
        return self.right.stop_token_id

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        turns = [{"role": "user", "content": prompt}]
        tokenizer = self.patient.tokenizer
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        return tuple(tokenizer(cast(str, text))["input_ids"])

    def answer_ids(self, answers: Sequence[str]) -> list[tuple[int, ...]]:
        return self.right.answer_ids(answers)


def test_a_templated_prompt_tokenised_again_has_two() -> None:
    for architecture in ("llama", "gemma3"):
        patient = healthy(architecture)
        again = _TokenisedAgain(ChatFormat(patient.tokenizer), patient)
        finding = check_bos(replace(patient, asked=again))
        assert finding.verdict == "fail" and "begins with 2 '<bos>'" in finding.said


def test_a_missing_bos_is_found() -> None:
    parts = loaded("gemma3")
    template = cast(str, parts.tokenizer.chat_template)
    parts.tokenizer.chat_template = template.replace("{{ bos_token }}", "")
    finding = check_bos(Patient.admit(parts))
    assert finding.verdict == "fail" and "begins without" in finding.said


def test_a_bos_that_nobody_writes() -> None:
    """GPT-OSS names one that neither its tokenizer nor its template puts anywhere."""
    parts = loaded("gpt_oss")
    parts.tokenizer.bos_token = "<bos>"
    assert check_bos(Patient.admit(parts)).verdict == "not applicable"


def test_a_bos_that_opens_every_turn_is_none_too_many() -> None:
    parts = loaded("qwen3", "chatml")
    parts.tokenizer.bos_token = "<|im_start|>"
    assert check_bos(Patient.admit(parts)).said == "a prompt begins with one '<|im_start|>'"


def test_the_stop_token_of_harmony_is_not_that_of_other_turns() -> None:
    finding = check_stop_token(healthy("gpt_oss"))
    assert finding.verdict == "pass" and "'<|return|>'" in finding.said


def test_a_generation_config_without_an_end() -> None:
    patient = healthy()
    assert patient.model.generation_config is not None
    patient.model.generation_config.eos_token_id = None
    assert "ends answers with nothing" in check_generation_config(patient).said
    patient.model.generation_config.eos_token_id = patient.prompt_format.stop_token_id
    assert check_generation_config(patient).verdict == "pass"


def test_a_tokenizer_that_ends_texts_has_no_prompt_to_ask_with() -> None:
    parts = loaded("llama")
    end = ("<|endoftext|>", end_of_text(parts.tokenizer))
    parts.tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|endoftext|>", special_tokens=[end]
    )
    finding = check_bos(Patient.admit(parts))
    assert finding.verdict == "pass", "plain text begins without one, the template writes it"


def test_a_template_that_opens_no_turn_for_the_answer() -> None:
    parts = loaded("qwen3", "chatml")
    template = cast(str, parts.tokenizer.chat_template)
    cut = template[: template.index("{% if add_generation_prompt")]
    assert cut != template
    parts.tokenizer.chat_template = cut
    finding = check_training_prompt(Patient.admit(parts))
    assert finding.verdict == "fail" and "assistant' stands before the answer" in finding.said
