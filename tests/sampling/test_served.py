import pytest

from aleator.errors import InputError
from aleator.sampling.served import NO_KEY, Capabilities, EndpointSettings

URL = "http://localhost:8000/v1"
ABLE = Capabilities(several=True, logprobs=True, varies=True, repeats=True, listed=True)


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://here", "http://", "http://a:port"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="is no endpoint"):
        EndpointSettings(url, "m")


@pytest.mark.parametrize(
    ("concurrency", "timeout", "max_retries"), [(0, 1.0, 0), (1, 0.0, 0), (1, 1.0, -1)]
)
def test_numbers_without_sense_are_refused(
    concurrency: int, timeout: float, max_retries: int
) -> None:
    with pytest.raises(InputError, match="give at least 1, more than 0 and at least 0"):
        EndpointSettings(
            URL, "m", concurrency=concurrency, timeout=timeout, max_retries=max_retries
        )


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = EndpointSettings(URL, "m", "MY_KEY")
    monkeypatch.setenv("MY_KEY", "secret")
    assert settings.key() == "secret"
    assert "secret" not in repr(settings) + settings.identity()
    monkeypatch.setenv("MY_KEY", "")
    with pytest.raises(InputError, match=f"MY_KEY.* is not set.*--api-key-env {NO_KEY}"):
        settings.key()
    assert EndpointSettings(URL, "m", NO_KEY).key()


def test_what_decides_the_answers_is_in_the_identity() -> None:
    plain = EndpointSettings(URL, "m")
    assert plain.identity() == f"endpoint {URL}"
    assert EndpointSettings(URL, "m", concurrency=1, timeout=1).identity() == plain.identity()
    assert "top_k=-1" in EndpointSettings(URL, "m", fields={"top_k": -1}).identity()


def test_only_what_is_not_as_asked_is_noted() -> None:
    settings = EndpointSettings(URL, "m")
    assert not ABLE.notes(settings)
    unable = Capabilities(
        several=False, logprobs=False, varies=False, repeats=None, listed=False, fields={"a": 1}
    )
    told = " ".join(unable.notes(settings))
    for word in ("same answer at every seed", "does not list 'm'", "a=1", "ignores n"):
        assert word in told
    forgetful = Capabilities(several=True, logprobs=True, varies=True, repeats=False)
    assert "ignores the seed" in " ".join(forgetful.notes(settings))
    assert ABLE.as_json()["several"] is True
