"""Uploads, by the real client to a hub on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aleator.errors import EndpointError, InputError
from aleator.report.push import check_repository, push_folder
from tests.hub_server import HubServer, hub_server


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as this machine; the tests are offline otherwise."""
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


@pytest.fixture
def hub(online: None) -> Iterator[HubServer]:
    with hub_server() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("---\ntags: [aleator]\n---\n# Card\n")
    (tmp_path / "adapter_model.safetensors").write_bytes(bytes(range(256)))
    return tmp_path


def test_everything_arrives(hub: HubServer, folder: Path) -> None:
    url = push_folder(folder, "me/mine", hub.url)
    assert url == f"{hub.url}/me/mine/commit/{'0' * 40}"
    (created,) = hub.created
    assert (created["name"], created["organization"]) == ("mine", "me")
    assert created.get("private") is True or created.get("visibility") == "private"
    assert hub.files == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert hub.messages == ["aleator export"]
    assert hub.tokens == {"Bearer hf_of_nobody"}


def test_a_name_alone_is_ones_own(hub: HubServer, folder: Path) -> None:
    assert push_folder(folder, "mine", hub.url).startswith(f"{hub.url}/me/mine/commit/")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_what_to_do(hub: HubServer, folder: Path, status: int) -> None:
    hub.refuse = status
    with pytest.raises(EndpointError) as caught:
        push_folder(folder, "me/mine", hub.url)
    told = str(caught.value)
    assert told.startswith("cannot push to me/mine (") and str(status) in told
    assert f"{folder} is written" in told and "`hf auth login`" in told
    assert "\n" not in told


def test_offline(folder: Path) -> None:
    with pytest.raises(EndpointError, match="cannot push to me/mine .* offline mode is enabled"):
        push_folder(folder, "me/mine")


@pytest.mark.usefixtures("online")
def test_nobody_is_there(folder: Path) -> None:
    with pytest.raises(EndpointError, match="cannot push to me/mine"):
        push_folder(folder, "me/mine", "http://127.0.0.1:9")


@pytest.mark.parametrize("name", ["a/b/c", "me/mi ne", "me/-mine", "", "../x"])
def test_no_name_of_a_repository(name: str) -> None:
    with pytest.raises(InputError, match="is no repository: give OWNER/NAME"):
        check_repository(name)


def test_names_of_repositories() -> None:
    check_repository("me/mine")
    check_repository("mine")
