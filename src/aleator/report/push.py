"""A finished export to the hub.

The hub's library tells connections that fail by an error of whichever HTTP client it uses; it is
taken from there, for that client has changed before.
"""

from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import (
    HFValidationError,
    HTTPError,  # pyright: ignore[reportPrivateImportUsage]
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
)
from huggingface_hub.utils import validate_repo_id

from aleator.errors import EndpointError, InputError


def check_repository(name: str) -> None:
    """Refuse what cannot be a repository's name, before any work is done.

    Raises:
        InputError: It is none.
    """
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise InputError(f"--push {name!r} is no repository: give OWNER/NAME") from error


def push_folder(folder: Path, repository: str, endpoint: str | None = None) -> str:
    """Upload a folder as one commit; a repository that is not there is made, private.

    Args:
        folder: What `aleator export` wrote.
        repository: Owner and name.
        endpoint: The hub; None for the one that huggingface_hub is set to.

    Returns:
        The address of the commit.

    Raises:
        EndpointError: Nobody is logged in, the hub cannot be reached or refuses; what was written
            is kept.
    """
    hub = HfApi(endpoint=endpoint)
    try:
        made = hub.create_repo(repository, private=True, exist_ok=True)
        commit = hub.upload_folder(
            repo_id=made.repo_id, folder_path=folder, commit_message="aleator export"
        )
    except (HTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled) as error:
        reason = " ".join(str(error).split()).split(". ")[0].rstrip(".") or type(error).__name__
        raise EndpointError(
            f"cannot push to {repository} ({reason}); {folder} is written: log in with "
            f"`hf auth login` and send it with `hf upload {repository} {folder}`"
        ) from error
    return commit.commit_url
