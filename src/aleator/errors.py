"""The errors aleator raises, one tree.

::

    AleatorError                      everything a user may have to read
    ├── InputError                    the input is wrong; exit status 2
    │   ├── UnknownNameError          a name that is not in a list; the message lists the known ones
    │   ├── ParameterError            a distribution's parameter
    │   ├── RecipeError               a recipe or a target file
    │   ├── ModelError                a model directory, tokenizer, chat template or adapter
    │   └── ConfigurationChangedError a run resumed with another configuration
    ├── OutputError                   a file cannot be written; exit status 2
    ├── EndpointError                 a served model cannot be asked; exit status 2
    └── CheckFailedError              a check said no; exit status 1

A message is one sentence that says what is wrong, where, and what to do. The
command line prints it as it is, without a traceback, and exits with
``exit_status``. Mistakes of a programmer (a wrong shape, a broken invariant)
are not in this tree: they raise ``ValueError`` or ``TypeError`` and show their
traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class AleatorError(Exception):
    """Base of everything aleator raises on purpose; the message is one sentence for a user."""

    exit_status: ClassVar[int] = 1


class InputError(AleatorError):
    """What the user gave is wrong."""

    exit_status: ClassVar[int] = 2


class UnknownNameError(InputError):
    """A name that is not known.

    Args:
        kind: What the name should be, in the singular, such as ``"family"``.
        name: The name that was given.
        known: All names that would have been right, in the order they should be listed.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        close = get_close_matches(name, self.known, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        listed = ", ".join(self.known) if self.known else "(none)"
        super().__init__(f"unknown {kind} {name!r}; {hint}known: {listed}.")

    def __reduce__(self) -> tuple[type["UnknownNameError"], tuple[str, str, tuple[str, ...]]]:
        """Let worker processes hand the error back whole."""
        return type(self), (self.kind, self.name, self.known)


class ParameterError(InputError):
    """A parameter of a distribution is missing, extra, not finite or impossible."""


class RecipeError(InputError):
    """A recipe or a target file says something that cannot be done."""


class ModelError(InputError):
    """A model directory, tokenizer, chat template or adapter cannot be used."""


class ConfigurationChangedError(InputError):
    """A run is resumed with another configuration than it was begun with."""


class OutputError(AleatorError):
    """A file cannot be written: no permission, no such place, or a full disk."""

    exit_status: ClassVar[int] = 2


class EndpointError(AleatorError):
    """An endpoint, or vLLM, cannot be reached, refuses what it is asked, or answers nonsense."""

    exit_status: ClassVar[int] = 2


class CheckFailedError(AleatorError):
    """Everything ran, and a check said no."""

    exit_status: ClassVar[int] = 1
