from typing import cast

import numpy as np
import pytest
from scipy import stats

from aleator.sampling.rows import Alive, continue_as_rows
from tests.number_model import number_format, number_model
from tests.tiny_models import ARCHITECTURES, Architecture

STOP = number_format().stop_token_id
PROMPT = number_format().prompt_ids("Pick a number.")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_few_rows_at_a_time_draw_the_same_distribution(architecture: Architecture) -> None:
    """Lengths of 3,000 answers, all rows at once and two at a time; seeded, p above 0.001."""
    model = number_model(architecture, stop_bias=7.0)
    alive = Alive([(20,), (21,), (22,)], np.array([1000, 1000, 1000]))
    tables = []
    for rows_at_once in (64, 2):
        rng = np.random.default_rng(rows_at_once)
        found, _ = continue_as_rows(model, PROMPT, alive, STOP, 5, rng, rows_at_once=rows_at_once)
        assert found.total() == 3000
        lengths = [0] * 6
        for (path, truncated), count in found.items():
            assert truncated == (len(path) == 5) or not truncated
            lengths[len(path)] += count
        tables.append([count for count in lengths if count])
    assert cast(float, stats.chi2_contingency(tables)[1]) > 1e-3


def test_counts_and_tokens_are_kept() -> None:
    alive = Alive([(20, 21), (22, 23)], np.array([5, 7]))
    found, forwarded = continue_as_rows(
        number_model(stop_bias=-50.0), PROMPT, alive, STOP, 4, np.random.default_rng(0)
    )
    assert sum(count for (path, _), count in found.items() if path[:2] == (20, 21)) == 5
    assert sum(count for (path, _), count in found.items() if path[:2] == (22, 23)) == 7
    assert all(truncated and len(path) == 4 for path, truncated in found)
    assert 4 < forwarded <= 4 + 12
