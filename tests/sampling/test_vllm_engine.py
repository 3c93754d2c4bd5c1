"""What we say to vLLM and make of its answers, with the stand-in behind which a real model is."""

from pathlib import Path

import numpy as np
import pytest
import torch

from aleator.errors import EndpointError, InputError, ModelError
from aleator.models.adapters import load_adapter
from aleator.models.loading import load_model
from aleator.sampling.vllm_engine import EngineModel, Request, Sampling, VllmEngine
from aleator.sampling.vllm_settings import VllmSettings
from aleator.tokens.chat import ChatFormat
from tests.hosted_models import OTHER_ENDS, hosted_adapter, hosted_model
from tests.stand_in_vllm import StandIn, install


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return hosted_model(tmp_path_factory.mktemp("hosted") / "tiny")


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return install(monkeypatch)


def _engine(model: str, adapter: Path | None = None, **arguments: str | int) -> VllmEngine:
    return VllmEngine(EngineModel(model, None), VllmSettings(arguments), adapter)


def test_it_is_started_so_that_nothing_stands_between_logits_and_draws(
    model: str, vllm: StandIn, tmp_path: Path
) -> None:
    _engine(model, max_model_len=128)
    (told,) = vllm.started
    assert told["model"] == model and told["revision"] is None
    assert told["generation_config"] == "vllm" and told["max_model_len"] == 128
    assert told["enable_lora"] is False and told["dtype"] == "auto"
    adapter = hosted_adapter(model, tmp_path, rank=9)
    VllmEngine(EngineModel(model, "c0ffee", "float32", True), VllmSettings(), adapter)
    told = vllm.started[1]
    assert told["revision"] == told["tokenizer_revision"] == "c0ffee"
    assert told["dtype"] == "float32" and told["trust_remote_code"] is True
    assert (told["enable_lora"], told["max_lora_rank"], told["max_loras"]) == (True, 16, 1)


def test_an_adapter_that_vllm_cannot_apply_is_refused_before_vllm_is_looked_for(
    model: str, tmp_path: Path
) -> None:
    hosted_adapter(model, tmp_path)
    config = tmp_path / "adapter_config.json"
    config.write_text(config.read_text().replace('"use_dora": false', '"use_dora": true'))
    with pytest.raises(ModelError, match=r"DoRA \(use_dora\)"):
        _engine(model, tmp_path)


def test_what_loading_fails_with_is_one_sentence(model: str, vllm: StandIn) -> None:
    with pytest.raises(ModelError, match=r"cannot load .*unexpected keyword argument 'tensors'"):
        _engine(model, tensors=2)
    with pytest.raises(ModelError, match="Engine core initialization failed. See root cause above"):
        _engine(model, tensor_parallel_size=64)
    with pytest.raises(InputError, match="set by aleator"):
        _engine(model, generation_config="auto")


@pytest.mark.parametrize("adapted", [False, True])
def test_draws_are_those_of_the_model_at_temperature(
    model: str, adapted: bool, vllm: StandIn, tmp_path: Path
) -> None:
    """The first token of 3,000 draws against the softmax by transformers and PEFT."""
    folder = hosted_adapter(model, tmp_path) if adapted else None
    loaded = load_model(model)
    network = loaded.model if folder is None else load_adapter(loaded.model, folder)
    ids = ChatFormat(loaded.tokenizer).prompt_ids("Pick a number.")
    with torch.no_grad():
        logits = network(torch.tensor([ids])).logits[0, -1]
    for temperature in (1.0, 0.5):
        shares = torch.softmax(logits / temperature, dim=-1).double().numpy()
        (written,) = _engine(model, folder).draw(
            [Request(ids, 5, 3000)], Sampling(0, 1, temperature)
        )
        counts = np.bincount(
            [one.path[0] if one.truncated else 0 for one in written], minlength=len(shares)
        )
        distance = 0.5 * float(np.abs(counts / 3000 - shares).sum())
        # A perfect sampler's: half the sum of mean absolute deviations of normal counts, and a bit.
        expected = 0.5 * float(np.sqrt(2 * shares * (1 - shares) / (np.pi * 3000)).sum())
        assert distance <= 1.3 * expected


def test_only_our_stop_token_ends_an_answer(model: str, vllm: StandIn) -> None:
    """The checkpoint would end one at half of all tokens, and draw from the top two."""
    prompts = [(5, 6, 7), (8,)]
    engine = _engine(model)
    requests = [Request(prompt, 0, 40) for prompt in prompts]
    stop = engine.draw(requests, Sampling(0, 3))[0][7].path[0]
    answers = engine.draw(requests, Sampling(stop, 3))
    assert vllm.asked[-1][0] == [list(prompt) for prompt in prompts]
    assert [len(one) for one in answers] == [40, 40]
    paths = [one.path for one in answers[0]]
    assert any(set(path[:-1]) & {*OTHER_ENDS} for path in paths), "an answer goes on behind it"
    assert not any(stop in path for path in paths) and paths[7] == ()
    assert all((len(one.path) == 3) == one.truncated for one in answers[0])


def test_a_draws_seed_is_the_requests_and_its_number(model: str, vllm: StandIn) -> None:
    ids, sampling = (5, 6, 7), Sampling(0, 4)
    engine = _engine(model)
    (whole,) = engine.draw([Request(ids, 100, 12)], sampling)
    first, rest = engine.draw([Request(ids, 100, 5), Request(ids, 105, 7)], sampling)
    assert whole == [*first, *rest]
    (other,) = engine.draw([Request(ids, 2**62, 12)], sampling)
    assert other != whole


def test_an_adapter_changes_the_first_step(model: str, vllm: StandIn, tmp_path: Path) -> None:
    engine = _engine(model, hosted_adapter(model, tmp_path))
    prompts = [(5, 6), (7,)]
    off, on = (engine.first_step(prompts, adapted=adapted) for adapted in (False, True))
    assert len(off) == len(on) == 2 and off[0] != on[0]
    assert (
        off
        == engine.first_step(prompts, adapted=False)
        == _engine(model).first_step(prompts, adapted=True)
    )
    with torch.no_grad():
        logits = load_model(model).model(torch.tensor([prompts[0]])).logits[0, -1]
    expected = torch.log_softmax(logits, dim=-1)
    assert max(abs(told - float(expected[token])) for token, told in off[0].items()) <= 1e-5
    assert len(off[0]) in (20, 21)


def test_what_vllm_gives_up_is_told(model: str, vllm: StandIn) -> None:
    engine = _engine(model)
    vllm.ending = "abort"
    with pytest.raises(EndpointError, match="ended an answer with 'abort'"):
        engine.draw([Request((5,), 0, 1)], Sampling(0, 2))
    vllm.dying = 1
    with pytest.raises(EndpointError, match="gave up: EngineCore encountered an issue; see"):
        engine.draw([Request((5,), 0, 1)], Sampling(0, 2))
