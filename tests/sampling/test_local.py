"""The sampler on real, tiny models, against every answer's exact probability and `generate`."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
import torch
from scipy import stats
from transformers import PreTrainedModel

from aleator.errors import InputError
from aleator.sampling.draws import Draws
from aleator.sampling.local import LocalSampler
from tests.number_model import number_format, number_model, number_tokenizer
from tests.tiny_models import ARCHITECTURES, Architecture

PROMPTS = ("Pick a number.", "Another one, please: from -3 to 3.", "Go")
LIMIT = 3


def _sampler(model: PreTrainedModel, temperature: float = 1.0, **options: int) -> LocalSampler:
    return LocalSampler(
        model,
        number_tokenizer(),
        number_format(),
        temperature=temperature,
        **{"max_new_tokens": LIMIT, **options},
    )


def _next_probabilities(
    model: PreTrainedModel, paths: list[list[int]], temperature: float
) -> np.ndarray:
    with torch.no_grad():
        logits = model(input_ids=torch.tensor(paths)).logits[:, -1]
    return torch.softmax(logits.double() / temperature, dim=-1).numpy()


def _text(tokens: list[int]) -> str:
    return number_tokenizer().batch_decode([tokens])[0]


def _answer_probabilities(
    model: PreTrainedModel, prompt: str, temperature: float = 1.0
) -> dict[tuple[str, bool], float]:
    """Every answer of at most LIMIT tokens by plain passes; rare ones are left out.

    Texts are merged, as the sampler does; what is left out is a cell of its own.
    """
    stop = number_format().stop_token_id
    prompt_ids = list(number_format().prompt_ids(prompt))
    alive: dict[tuple[int, ...], float] = {(): 1.0}
    found: dict[tuple[str, bool], float] = defaultdict(float)
    for length in range(1, LIMIT + 1):
        paths = list(alive)
        probabilities = _next_probabilities(
            model, [prompt_ids + list(path) for path in paths], temperature
        )
        following: dict[tuple[int, ...], float] = {}
        for path, row in zip(paths, probabilities, strict=True):
            for token in np.flatnonzero(row * alive[path] > 1e-4).tolist():
                mass = alive[path] * float(row[token])
                ended = token == stop
                if ended or length == LIMIT:
                    answer = path if ended else (*path, token)
                    found[_text(list(answer)), not ended] += mass
                else:
                    following[(*path, token)] = mass
        alive = following
    return dict(found)


def _counts(draws: Draws) -> dict[tuple[str, bool], int]:
    return {(one.text, one.truncated): one.count for one in draws.answers}


def _p_value(counts: dict[tuple[str, bool], int], exact: dict[tuple[str, bool], float]) -> float:
    """Chi-square over the answers that expect 8 draws or more, the rest in one cell."""
    total = sum(counts.values())
    cells = [answer for answer, mass in exact.items() if mass * total >= 8]
    observed = [counts.get(answer, 0) for answer in cells]
    expected = [exact[answer] * total for answer in cells]
    observed.append(total - sum(observed))
    expected.append(total - sum(expected))
    return float(stats.chisquare(observed, expected)[1])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_draws_follow_the_exact_distribution(architecture: Architecture) -> None:
    model = number_model(architecture, stop_bias=8.0)
    for prompt, draws in zip(PROMPTS, _sampler(model).draw(PROMPTS, 1500, seed=5), strict=True):
        assert draws.count == 1500
        assert _p_value(_counts(draws), _answer_probabilities(model, prompt)) > 1e-3


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_draws_that_go_on_as_rows_do_too(architecture: Architecture) -> None:
    model = number_model(architecture, stop_bias=8.0)
    sampler = _sampler(model, max_tree_nodes=8)
    for prompt, draws in zip(PROMPTS, sampler.draw(PROMPTS, 1500, seed=6), strict=True):
        assert draws.count == 1500
        assert _p_value(_counts(draws), _answer_probabilities(model, prompt)) > 1e-3


@pytest.mark.parametrize("nodes", [6144, 8])
@pytest.mark.parametrize("temperature", [0.6, 1.3])
def test_draws_follow_the_tempered_distribution(temperature: float, nodes: int) -> None:
    """From the packed tree and from rows; at temperature 1 the same draws do not fit."""
    model = number_model(stop_bias=8.0)
    sampler = _sampler(model, temperature, max_tree_nodes=nodes)
    for prompt, draws in zip(PROMPTS, sampler.draw(PROMPTS, 1500, seed=7), strict=True):
        tempered = _answer_probabilities(model, prompt, temperature)
        assert _p_value(_counts(draws), tempered) > 1e-3
        assert _p_value(_counts(draws), _answer_probabilities(model, prompt)) < 1e-6


def test_draws_agree_with_generate() -> None:
    """Two samples of 2,000 over the same cells; whatever could truncate is passed explicitly."""
    model = number_model(stop_bias=8.0)
    prompt_format = number_format()
    ids = torch.tensor([prompt_format.prompt_ids(PROMPTS[0])])
    torch.manual_seed(0)
    written = cast(Callable[..., torch.Tensor], model.generate)(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        max_new_tokens=LIMIT,
        num_return_sequences=2000,
        eos_token_id=prompt_format.stop_token_id,
        pad_token_id=number_tokenizer().pad_token_id,
    )
    stop = prompt_format.stop_token_id
    generated: Counter[tuple[str, bool]] = Counter()
    for row in written[:, ids.shape[1] :].tolist():
        ended = stop in row
        answer = row[: row.index(stop)] if ended else row
        generated[_text(answer), not ended] += 1
    drawn = _counts(_sampler(model).draw(PROMPTS[:1], 2000, seed=1)[0])
    common = [one for one in drawn if drawn[one] + generated[one] >= 20]
    table = [[side[one] for one in common] for side in (drawn, generated)]
    for row in table:
        row.append(2000 - sum(row))
    assert cast(float, stats.chi2_contingency(table)[1]) > 1e-3


def test_each_prefix_is_computed_once() -> None:
    model = number_model()
    draws = _sampler(model, max_new_tokens=6).draw(PROMPTS[:1], 500, seed=0)[0]
    tokenizer = number_tokenizer()
    prefixes = set()
    for answer in draws.answers:
        ids = tokenizer.encode(answer.text, add_special_tokens=False)
        last = len(ids) - 1 if answer.truncated else len(ids)
        prefixes |= {tuple(ids[:length]) for length in range(1, last + 1)}
    # Texts tokenised anew may differ from what was drawn, by a few merged characters.
    assert draws.forward_tokens is not None
    assert abs(draws.forward_tokens - len(prefixes)) <= 0.1 * len(prefixes)
    assert draws.forward_tokens < 500


def test_a_prompts_draws_do_not_depend_on_its_batch() -> None:
    model = number_model()
    alone = _sampler(model).draw([PROMPTS[1]], 200, seed=9, streams=[1])
    together = _sampler(model).draw(PROMPTS, 200, seed=9)
    in_small_batches = _sampler(model, batch_draws=200).draw(PROMPTS, 200, seed=9)
    assert _counts(alone[0]) == _counts(together[1]) == _counts(in_small_batches[1])
    assert _counts(together[0]) != _counts(_sampler(model).draw(PROMPTS, 200, seed=10)[0])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_trees_and_rows_draw_the_same(architecture: Architecture) -> None:
    """Rounding may move a draw whose variate lies on a boundary: one of 120 at most."""
    model = number_model(architecture)
    options = {"max_new_tokens": 12}
    whole = _sampler(model, **options).draw(PROMPTS, 40, seed=4)
    for narrow in ({"max_tree_nodes": 30}, {"memory_bytes": 3 * 10**5}):
        parts = _sampler(model, **options, **narrow).draw(PROMPTS, 40, seed=4)
        moved = sum(
            (Counter(_counts(one)) - Counter(_counts(other))).total()
            for one, other in zip(whole, parts, strict=True)
        )
        assert moved <= 1
        for one, other in zip(whole, parts, strict=True):
            assert other.count == 40 and other.forward_tokens is not None
            assert other.written_tokens == pytest.approx(one.written_tokens, abs=12)


def test_fewer_draws_are_the_first_of_more() -> None:
    model = number_model()
    few, more = (_sampler(model).draw(PROMPTS[:1], count, seed=4)[0] for count in (50, 200))
    assert not Counter(_counts(few)) - Counter(_counts(more))


def test_no_draws_are_no_work() -> None:
    (nothing,) = _sampler(number_model()).draw(PROMPTS[:1], 0, seed=0)
    assert nothing == Draws((), 0, 0)


def test_an_answer_at_the_limit_is_cut_off() -> None:
    model = number_model(stop_bias=-50.0)
    draws = _sampler(model, max_new_tokens=4).draw(PROMPTS[:1], 50, seed=0)[0]
    assert draws.truncated == draws.count == 50
    one = _sampler(model, max_new_tokens=1).draw(PROMPTS[:1], 50, seed=0)[0]
    assert one.truncated == 50 and one.forward_tokens == 0


def test_no_room_for_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        _sampler(number_model(), max_new_tokens=0)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("inf"), float("nan")])
def test_a_temperature_without_sense_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        _sampler(number_model(), temperature)


def test_written_tokens_count_every_draw_and_its_stop_token() -> None:
    """The number model writes one token a character."""
    drawn = _sampler(number_model(stop_bias=8.0)).draw(PROMPTS[:1], 300, seed=2)[0]
    tokenizer = number_tokenizer()
    lengths = [len(tokenizer(one.text)["input_ids"]) + (not one.truncated) for one in drawn.answers]
    expected = sum(n * one.count for n, one in zip(lengths, drawn.answers, strict=True))
    assert drawn.written_tokens == expected


@pytest.mark.parametrize("max_tree_nodes", [2, 6144])
def test_paths_are_the_draws_as_tokens(max_tree_nodes: int) -> None:
    """The same draws, and as many tokens written, stop tokens included; by rows, too."""
    sampler = _sampler(number_model("qwen3"), max_tree_nodes=max_tree_nodes)
    draws = sampler.draw(PROMPTS, 200, seed=5)
    for drawn, paths in zip(draws, sampler.draw_paths(PROMPTS, 200, seed=5), strict=True):
        merged: Counter[tuple[str, bool]] = Counter()
        for (path, truncated), count in paths.items():
            merged[_text(list(path)), truncated] += count
        assert merged == _counts(drawn)
        json.dumps(list(paths.elements()))  # plain integers, none of numpy's
        written = sum(count * (len(path) + (not cut)) for (path, cut), count in paths.items())
        assert written == drawn.written_tokens


@pytest.mark.parametrize("most_nodes", [6144, 1], ids=["trees", "rows"])
def test_answers_end_where_the_model_does(most_nodes: int) -> None:
    """Draws that had room are those of a model without end; the others begin as those do."""
    long, short = "Pick a number, " * 4, "Go"
    free = number_model(stop_bias=8.0)
    tight = number_model(stop_bias=8.0)
    tight.config.max_position_embeddings = len(number_format().prompt_ids(long)) + 2
    options = {"max_new_tokens": 8, "max_tree_nodes": most_nodes}
    whole = _sampler(free, **options).draw([long, short], 60, seed=1)
    cut = _sampler(tight, **options).draw([long, short], 60, seed=1)
    assert cut[1] == whole[1]
    assert whole[0].truncated < cut[0].truncated, "a third token is written, and not read"
    expected: Counter[tuple[str, bool]] = Counter()
    for answer in whole[0].answers:
        tokens = number_tokenizer().encode(answer.text, add_special_tokens=False)
        over = len(tokens) > 3 or (len(tokens) == 3 and not answer.truncated)
        expected[_text(tokens[:3]), over] += answer.count
    assert {(one.text, one.truncated): one.count for one in cut[0].answers} == expected


def test_a_prompt_longer_than_the_model_is_refused() -> None:
    model = number_model()
    model.config.max_position_embeddings = 12
    with pytest.raises(InputError, match="a prompt takes .* tokens, and the model has positions"):
        _sampler(model).draw(["Pick a number, any number."], 3, seed=1)
