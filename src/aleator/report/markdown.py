"""Text that others wrote, put into Markdown without becoming Markdown.

A model's name, a command line or a set of prompts may hold anything; on a card it must stay what it
is: no link, no markup, no line of its own, no HTML.
"""

import re
from collections.abc import Sequence

from aleator.report.sentences import shown

_LONGEST = 2000
_MARKUP = re.compile(
    r"""([\\`*_\[\]<>#!|~&@$]      # markup wherever it stands
        |:(?=//)|(?<=www)\.      # addresses, which some readers turn into links
        |^[-+=])                 # lists and headings where a text begins""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(\d+)([.)])")


def plain(text: str) -> str:
    """Text as part of a sentence or a cell: on one line, nothing in it is markup."""
    # A backslash before any punctuation makes it literal.
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", shown(text, _LONGEST)))


def code(text: str) -> str:
    """Text as code within a line, not within a table."""
    line = shown(text, _LONGEST) or " "
    fence = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def fenced(text: str, language: str = "") -> str:
    """Text as a block of code."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _longest_run(text: str) -> int:
    """The longest run of backticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)
