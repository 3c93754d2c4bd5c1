"""How a number is written and how it is read back.

Writing is canonical: a fixed number of decimals, no leading zeros, no "-0.00", no plus sign.
Reading is the strict parse of the published protocol: the whole stripped answer is one number.
The published text names sign, digits, optional fraction and optional exponent; we also read
".5" and "5.", which Python's own ``float`` accepts.
"""

import re

#: The whole of a stripped answer that counts as one number (ASCII digits only).
NUMERAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

#: What is stripped around an answer.
WHITESPACE = " \t\n\r\f\v"


def format_lattice(index: int, decimals: int) -> str:
    """Write ``index * 10**-decimals`` with exactly ``decimals`` digits after the point.

    Integer arithmetic throughout, so ``format_lattice(-7, 2) == "-0.07"`` and zero has no sign.
    """
    sign = "-" if index < 0 else ""
    if decimals == 0:
        return f"{sign}{abs(index)}"
    whole, fraction = divmod(abs(index), 10**decimals)
    return f"{sign}{whole}.{fraction:0{decimals}d}"


def parse_numeral(text: str) -> float | None:
    """Read an answer that is one number and nothing else; ``None`` for anything else.

    A number too large for a float reads as infinity, which no support contains.
    """
    stripped = text.strip(WHITESPACE)
    if NUMERAL.fullmatch(stripped) is None:
        return None
    return float(stripped)
