"""Rows of a data set of the hub, through `datasets`, which is an extra (`aleator[hub]`).

The hub itself could not be reached where this was written: what is asked of `datasets` is what its
documentation says, and tests play the hub's part.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from aleator.errors import InputError
from aleator.files import JsonValue


def hub_rows(
    dataset: str, *, config: str | None = None, split: str, what: str, instead: str
) -> list[Mapping[str, JsonValue]]:
    """All rows of a split.

    Args:
        dataset: Its name, `owner/name`.
        config: Its configuration; None for the only one.
        split: Which part.
        what: What it is wanted for, for messages: "the set curated".
        instead: What the user may give instead: "the prompts as a file".

    Raises:
        InputError: `datasets` is not installed, or the data set cannot be loaded.
    """
    try:
        load: Callable[..., Iterable[Mapping[str, JsonValue]]]
        load = import_module("datasets").load_dataset
    except ImportError as error:
        raise InputError(
            f"{what} comes from the hub, which needs another package: install aleator[hub], or "
            f"give {instead}"
        ) from error
    try:
        return list(load(dataset, *([config] if config else []), split=split))
    except (OSError, ValueError) as error:
        part = dataset if config is None else f"{config} of {dataset}"
        raise InputError(
            f"cannot load the split {split} of {part} from the hub for {what}: check the names and "
            "the network, accept its licence there if it asks for that and log in, or give "
            f"{instead}"
        ) from error
