from tokenizers import Regex, Tokenizer, pre_tokenizers

from aleator.doctor.digits import check_digit_rule
from aleator.doctor.patient import Patient
from tests.doctor.patients import loaded


def test_digits_one_by_one_and_in_threes() -> None:
    assert check_digit_rule(Patient.admit(loaded())).said.endswith("digits are cut one by one")
    threes = check_digit_rule(Patient.admit(loaded("llama", digits=3)))
    assert threes.verdict == "pass" and threes.said.endswith("in groups of up to 3")


def test_without_a_rule_outcomes_are_listed() -> None:
    parts = loaded("llama", digits=3)
    rust: Tokenizer = parts.tokenizer.backend_tokenizer
    rust.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{N}{1,2}|[^\p{N}]+"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    finding = check_digit_rule(Patient.admit(parts))
    assert finding.verdict == "not applicable" and "listed one by one" in finding.said
