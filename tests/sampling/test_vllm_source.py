"""Draws through the stand-in for vLLM, whose answers a real model draws."""

from collections.abc import Sequence

import pytest

from aleator.errors import EndpointError, InputError
from aleator.models.loading import LoadedModel, load_model
from aleator.sampling.draws import Draws
from aleator.sampling.local import LocalSampler
from aleator.sampling.vllm_engine import EngineModel, VllmEngine
from aleator.sampling.vllm_settings import VllmSettings
from aleator.sampling.vllm_source import VllmSource, first_seed
from aleator.tokens.chat import ChatFormat
from tests.hosted_models import hosted_model
from tests.stand_in_vllm import StandIn, install

PROMPTS = ("Pick a number.", "Name a random city.", "Go")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_model(hosted_model(tmp_path_factory.mktemp("hosted") / "tiny"))


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return install(monkeypatch)


def _source(
    loaded: LoadedModel, draws_at_once: int = 8192, temperature: float = 1.0, tokens: int = 3
) -> VllmSource:
    engine = VllmEngine(EngineModel(loaded.path, None), VllmSettings(), None)
    return VllmSource(
        engine,
        loaded.tokenizer,
        ChatFormat(loaded.tokenizer),
        max_new_tokens=tokens,
        temperature=temperature,
        draws_at_once=draws_at_once,
    )


def _texts(draws: Sequence[Draws]) -> list[list[tuple[str, bool]]]:
    return [sorted((one.text, one.truncated) for one in each.answers) for each in draws]


def test_draws_depend_on_seed_and_stream_alone(loaded: LoadedModel, vllm: StandIn) -> None:
    whole = list(_source(loaded).draw_each(PROMPTS, 20, 3))
    assert [one.count for one in whole] == [20, 20, 20]
    assert len(vllm.asked) == 1
    in_parts = list(_source(loaded, draws_at_once=7).draw_each(PROMPTS, 20, 3))
    assert in_parts == whole
    assert [len(ids) for ids, _ in vllm.asked[1:]] == [3, 3, 3]
    (last,) = _source(loaded).draw_each(PROMPTS[2:], 20, 3, [2])
    assert last == whole[2]
    (fewer,) = _source(loaded).draw_each(PROMPTS[:1], 10, 3)
    assert set(_texts([fewer])[0]) <= set(_texts(whole)[0])
    assert list(_source(loaded).draw_each(PROMPTS, 20, 4)) != whole


def test_prompts_come_as_batches_are_done(loaded: LoadedModel, vllm: StandIn) -> None:
    drawn = _source(loaded, draws_at_once=8).draw_each(PROMPTS, 4, 0)
    next(drawn)
    assert len(vllm.asked) == 1 and len(vllm.asked[0][0]) == 2
    vllm.dying = 2
    next(drawn)
    with pytest.raises(EndpointError, match="what was finished is kept"):
        next(drawn)


def test_costs_and_texts_are_counted_as_by_our_own_sampler(
    loaded: LoadedModel, vllm: StandIn
) -> None:
    """Other random numbers, the same law: counts of what is likely agree within chance."""
    ours = LocalSampler(
        loaded.model, loaded.tokenizer, ChatFormat(loaded.tokenizer), max_new_tokens=2
    )
    [mine], [theirs] = (
        list(one.draw_each(["Go"], 800, 1)) for one in (ours, _source(loaded, tokens=2))
    )
    assert theirs.count == 800 and theirs.forward_tokens is None
    # Sums of 800 lengths of 1 or 2, and shares of 800: differences within 5 standard deviations.
    assert abs(mine.written_tokens - theirs.written_tokens) <= 5 * (800 * 0.5) ** 0.5
    assert abs(mine.truncated - theirs.truncated) <= 5 * (800 * 0.5) ** 0.5
    counted = {(one.text, one.truncated): one.count for one in theirs.answers}
    for answer in mine.answers[:3]:
        found = counted.get((answer.text, answer.truncated), 0)
        assert abs(found - answer.count) <= 5 * (found + answer.count) ** 0.5


def test_no_draws(loaded: LoadedModel, vllm: StandIn) -> None:
    assert list(_source(loaded).draw_each(PROMPTS, 0, 0)) == [Draws((), None, 0)] * 3
    assert not vllm.asked


def test_a_temperature_that_vllm_would_change(loaded: LoadedModel, vllm: StandIn) -> None:
    with pytest.raises(InputError, match="from 0.01 to 2"):
        _source(loaded, temperature=0.001)


def test_seeds_lie_far_apart() -> None:
    seeds = sorted(first_seed(seed, stream) for seed in range(20) for stream in range(200))
    assert min(b - a for a, b in zip(seeds, seeds[1:], strict=False)) > 10**6
    assert seeds[0] >= 0 and seeds[-1] < 2**62
