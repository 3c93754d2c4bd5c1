"""What a check found: a verdict, a sentence and, where it failed, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aleator.files import Row

Verdict: TypeAlias = Literal["pass", "fail", "not applicable"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        verdict: Whether all is well; "not applicable" where there is nothing to check.
        said: What was seen, or why there was nothing to see.
        remedy: What to do; empty but for a failure.
    """

    verdict: Verdict
    said: str
    remedy: str = ""


@dataclass(frozen=True)
class Line:
    """A finding under its check's name."""

    name: str
    finding: Finding

    def sentence(self) -> str:
        """One line for a person, without the verdict."""
        finding = self.finding
        remedy = f"; {finding.remedy}" if finding.remedy else ""
        return f"{self.name}: {finding.said}{remedy}"

    def as_row(self) -> Row:
        """The same for a program."""
        finding = self.finding
        return {
            "name": self.name,
            "verdict": finding.verdict,
            "said": finding.said,
            "remedy": finding.remedy or None,
        }


def passed(said: str) -> Finding:
    """All is well."""
    return Finding("pass", said)


def failed(said: str, remedy: str = "") -> Finding:
    """Something is wrong; an error's sentence says itself what to do."""
    return Finding("fail", said, remedy)


def not_applicable(why: str) -> Finding:
    """There is nothing to check."""
    return Finding("not applicable", why)


def failures(lines: Sequence[Line]) -> list[Line]:
    """The lines that failed."""
    return [line for line in lines if line.finding.verdict == "fail"]
