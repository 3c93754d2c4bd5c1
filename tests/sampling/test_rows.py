"""Rows of several prompts, padded, against plain passes without padding or cache."""

from collections import Counter

import numpy as np
import pytest
import torch
from transformers import PreTrainedModel

from aleator.sampling.rows import Path, Row, RowsResult, continue_as_rows
from aleator.sampling.variates import Variates
from tests.number_model import number_format, number_model
from tests.tiny_models import ARCHITECTURES, Architecture

STOP = number_format().stop_token_id
PROMPTS = [
    number_format().prompt_ids(text)
    for text in ("Pick a number.", "Another one, please, which should be from -3 to 3.")
]
LIMIT = 6
DRAWS = 40
VARIATES = [Variates(0, stream, DRAWS) for stream in range(2)]


def _rows() -> list[Row]:
    draws = np.arange(DRAWS)
    return [
        Row(0, PROMPTS[0], (20,), draws[:30]),
        Row(0, PROMPTS[0], (21,), draws[30:]),
        Row(1, PROMPTS[1], (22, 23, 24), draws),
    ]


def _continue(model: PreTrainedModel, **options: float) -> RowsResult:
    chosen = {"temperature": 1.0, "draws_at_once": 1000, **options}
    return continue_as_rows(
        model,
        _rows(),
        STOP,
        LIMIT,
        lambda owner, step: VARIATES[owner].at(step),
        temperature=chosen["temperature"],
        draws_at_once=int(chosen["draws_at_once"]),
    )


def _one_by_one(model: PreTrainedModel, temperature: float) -> Counter[tuple[int, Path, bool]]:
    """Each draw by itself: a whole pass for each of its tokens, and its variate."""
    known: dict[Path, np.ndarray] = {}
    finished: Counter[tuple[int, Path, bool]] = Counter()
    for row in _rows():
        for draw in row.draws.tolist():
            path, ended = row.path, False
            while not ended and len(path) < LIMIT:
                ids = row.prompt + path
                if ids not in known:
                    with torch.no_grad():
                        logits = model(input_ids=torch.tensor([ids])).logits[0, -1]
                    p = torch.softmax(logits.double() / temperature, dim=-1)
                    known[ids] = np.cumsum(p.numpy())
                level = VARIATES[row.owner].at(len(path))[draw]
                token = int((known[ids] <= level).sum())
                ended = token == STOP
                path = path if ended else (*path, token)
            finished[row.owner, path, not ended] += 1
    return finished


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_padded_rows_draw_what_plain_passes_draw(architecture: Architecture) -> None:
    """A variate may lie within rounding of a boundary: one draw of 80 may differ."""
    model = number_model(architecture, stop_bias=7.0)
    for temperature in (1.0, 0.7):
        found = _continue(model, temperature=temperature).finished
        assert found.total() == 80
        assert (found - _one_by_one(model, temperature)).total() <= 1


def test_few_at_a_time_draw_the_same() -> None:
    model = number_model(stop_bias=7.0)
    whole = _continue(model)
    for draws_at_once in (64, 7, 1):
        parts = _continue(model, draws_at_once=draws_at_once)
        assert (whole.finished - parts.finished).total() <= 1
        assert parts.forwarded.total() >= whole.forwarded.total()


def test_tokens_are_counted_once_for_each_prefix() -> None:
    """In one chunk each prefix is computed once, besides the prefixes that were given."""
    result = _continue(number_model(stop_bias=-50.0))
    assert all(truncated and len(path) == LIMIT for _, path, truncated in result.finished)
    for owner, given in ((0, 1), (1, 3)):
        prefixes = {
            path[:length]
            for one, path, _ in result.finished
            if one == owner
            for length in range(given + 1, LIMIT)
        }
        starts = 2 if owner == 0 else 3  # two rows of one token, one of three
        assert result.forwarded[owner] == len(prefixes) + starts
