"""Whether the model hub can be reached, asked before a model is.

Without a network huggingface_hub tries every file six times, half a minute and a dozen lines of log
long, before it looks into its cache. One look at whether the hub's machine can be connected to at
all is enough to say at once that a model cannot be had, or to take it from the cache.
Only what comes at once counts (no such name, refused, no route), twice with a second between; a
slow network does not, and behind a proxy nothing is asked, since the way there is not ours to know.
"""

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from huggingface_hub import constants, try_to_load_from_cache
from huggingface_hub.errors import HFValidationError

from aleator.errors import ModelError

_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
_PORTS = {"http": 80, "https": 443}


def check_reachable(name: str) -> None:
    """Refuse a hub model that is not in the cache where the hub cannot be reached.

    Args:
        name: A hub id; what is none is left for the loader to tell.

    Raises:
        ModelError: It cannot be had.
    """
    reason = None if _is_cached(name) else _unreachable()
    if reason is not None:
        raise ModelError(
            f"cannot load {name!r}: there is no such directory, it is not in the hub's cache, and "
            f"{constants.ENDPOINT} cannot be reached ({reason}); check the path or the network"
        )


def cache_alone(path: str) -> bool:
    """Whether a hub model can come from the cache alone, since the hub cannot be reached.

    Args:
        path: A directory, for which the question does not arise, or a hub id.
    """
    return not Path(path).is_dir() and _is_cached(path) and _unreachable() is not None


def _is_cached(name: str) -> bool:
    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:
        return True


def _unreachable() -> str | None:
    """Why the hub cannot be reached; None where it can, or where that is not ours to ask."""
    if constants.HF_HUB_OFFLINE or getproxies():
        return None
    if _refusal() is None:
        return None
    time.sleep(_PAUSE_SECONDS)
    return _refusal()


def _refusal() -> str | None:
    """Why no connection is made, None where one is or where that takes long."""
    parts = urlsplit(constants.ENDPOINT)
    port = parts.port or _PORTS.get(parts.scheme, 443)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=_SECONDS).close()
    except TimeoutError:
        return None
    except OSError as error:
        return error.strerror or str(error)
    return None
