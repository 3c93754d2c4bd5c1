"""Commands that end in every way a command may, for test_app.py."""

from aleator.errors import CheckFailedError, OutputError, UnknownNameError


def interrupted() -> None:
    """Be interrupted as by Ctrl-C."""
    raise KeyboardInterrupt


def refused() -> None:
    """Say no after a check."""
    raise CheckFailedError("adapter on and off give the same answers.")


def unknown() -> None:
    """Not know a name; square brackets must not be taken for markup."""
    raise UnknownNameError("recipe", "[bold]wide[/bold]", ["wide"])


def unwritable() -> None:
    """Not be able to write."""
    raise OutputError("cannot write runs/a: no space left on device; free some space.")


def wrong() -> None:
    """Have a mistake of ours in it."""
    raise ValueError("shape [3] is not [4]")
