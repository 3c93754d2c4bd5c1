from aleator.doctor.patient import Patient
from aleator.doctor.templates import check_system_message, check_template
from tests.doctor.patients import healthy, loaded


def test_no_template_fails_with_its_remedy() -> None:
    finding = check_template(Patient.admit(loaded("qwen3", "none")))
    assert finding.verdict == "fail" and "take an instruction-tuned model" in finding.said


def test_a_template_without_an_end_of_turn_fails() -> None:
    parts = loaded()
    parts.tokenizer.chat_template = "{% for m in messages %}{{ m.content }}\n{% endfor %}"
    finding = check_template(Patient.admit(parts))
    assert finding.verdict == "fail" and "does not begin with a special token" in finding.said


def test_a_template_that_refuses_system_messages_is_not_silent() -> None:
    finding = check_system_message(healthy("gemma3"))
    assert finding.verdict == "not applicable" and "System role not supported" in finding.said


def test_a_system_message_folded_into_the_prompt_is_kept() -> None:
    """As Gemma 3's own template does."""
    parts = loaded("gemma3")
    parts.tokenizer.chat_template = (
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}<start_of_turn>user\n"
        "{{ m.content }}\n\n{% else %}{{ m.content }}<end_of_turn>\n{% endif %}{% endfor %}"
    )
    assert check_system_message(Patient.admit(parts)).verdict == "pass"
