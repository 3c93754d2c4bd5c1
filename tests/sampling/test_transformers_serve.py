"""A real server: `transformers serve` in a process of its own, on loopback, with the sandbox
model.

It ignores ``n`` and ``logprobs`` without a word, and takes the most probable token unless the
checkpoint or the request says otherwise: all of that is noticed, and its draws then follow the
model's exact distribution. It lists the models of the hub's cache, which here is empty.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from scipy import stats

from aleator.errors import EndpointError
from aleator.models.loading import load_model, sandbox_path
from aleator.sampling.endpoint_probe import TOLD_TO_DRAW
from aleator.sampling.served import NO_KEY, Capabilities, EndpointSettings
from aleator.sampling.server import EndpointSource, probe_endpoint
from aleator.tokens.chat import ChatFormat

PROMPT = "Pick a number."
DRAWS = 120


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndpointSettings]:
    """One request at a time: the server's seed is that of the process."""
    folder, log_path = sandbox_path(), tmp_path_factory.mktemp("server") / "log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = "import sys; from transformers.cli.transformers import main; sys.exit(main())"
    where = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", serve, "serve", str(folder), *where],
            stdout=log,
            stderr=log,
            env={**os.environ, "HF_HOME": str(log_path.parent)},
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process, log_path)
        url = f"http://127.0.0.1:{port}/v1"
        yield EndpointSettings(url, str(folder), NO_KEY, concurrency=1, timeout=60)
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (URLError, TimeoutError):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    pytest.fail(log.read_text())


@pytest.fixture(scope="module")
def seen(settings: EndpointSettings) -> Capabilities:
    return probe_endpoint(settings)


def test_what_it_ignores_is_noticed(seen: Capabilities) -> None:
    assert not seen.several and not seen.logprobs
    assert seen.varies and seen.fields == TOLD_TO_DRAW
    assert seen.repeats and seen.listed is None


def test_its_draws_follow_the_exact_distribution(
    settings: EndpointSettings, seen: Capabilities
) -> None:
    """Chi-square of first tokens; seeded, p above 0.001, cells of at least 5 expected draws."""
    (drawn,) = EndpointSource(settings, seen, max_new_tokens=1).draw_each([PROMPT], DRAWS, seed=0)
    assert drawn.count == drawn.written_tokens == drawn.truncated == DRAWS
    counts = Counter({answer.text: answer.count for answer in drawn.answers})
    exact = _first_tokens()
    cells = [text for text, mass in exact.items() if mass * DRAWS >= 5]
    observed = [counts[text] for text in cells]
    expected = [exact[text] * DRAWS for text in cells]
    rest, rest_expected = DRAWS - sum(observed), DRAWS - sum(expected)
    assert len(cells) >= 2
    assert stats.chisquare([*observed, rest], [*expected, rest_expected])[1] > 1e-3


def _first_tokens() -> dict[str, float]:
    """The model's own probabilities, by text as the server decodes it."""
    loaded = load_model("sandbox", device="cpu")
    ids = torch.tensor([ChatFormat(loaded.tokenizer).prompt_ids(PROMPT)])
    with torch.no_grad():
        logits = loaded.model(input_ids=ids).logits[0, -1]
    masses: dict[str, float] = defaultdict(float)
    for token, mass in enumerate(torch.softmax(logits.double(), dim=-1).tolist()):
        (text,) = loaded.tokenizer.batch_decode([[token]], skip_special_tokens=True)
        masses[text] += mass
    return masses


def test_another_model_is_refused(settings: EndpointSettings) -> None:
    other = EndpointSettings(settings.url, "other/model", NO_KEY)
    with pytest.raises(EndpointError, match="Server is pinned to"):
        probe_endpoint(other)
