"""How the tokenizer cuts numbers: by a rule that holds, or not, and what follows from it."""

from aleator.doctor.findings import Finding, not_applicable, passed
from aleator.doctor.patient import Patient
from aleator.tokens.speller import Speller


def check_digit_rule(patient: Patient) -> Finding:
    """The rule is verified on some hundred numerals in place; without one, outcomes are listed."""
    numerals = Speller(patient.prompt_format).numerals
    if numerals is None:
        return not_applicable(
            "numbers are cut by no known rule, so outcomes are listed one by one: right, but slower"
        )
    kind = "one by one" if numerals.group == 1 else f"in groups of up to {numerals.group}"
    return passed(f"verified: digits are cut {kind}")
