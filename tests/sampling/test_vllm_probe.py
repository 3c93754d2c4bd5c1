"""What counts as an adapter that is applied, on known probabilities."""

from collections.abc import Sequence

import numpy as np
import pytest

from aleator.sampling.vllm_probe import adapter_applied


class _Known:
    """Next-token probabilities of two prompts: the second's shift with the adapter, and drift."""

    def __init__(self, shift: float, drift: float = 0.0) -> None:
        self._shift, self._drift, self._calls = shift, drift, 0

    def first_step(
        self, prompts: Sequence[tuple[int, ...]], *, adapted: bool
    ) -> list[dict[int, float]]:
        self._calls += 1
        moved = self._drift * self._calls + self._shift * adapted
        shares = [{1: 0.7, 2: 0.3}, {1: 0.5 + moved, 3: 0.5 - moved}]
        return [{t: float(np.log(p)) for t, p in one.items()} for one in shares]


PROMPTS = ((1, 2), (3,))


@pytest.mark.parametrize("shift", [1e-9, 0.01, -0.3])
def test_any_difference_counts_where_the_same_gives_the_same(shift: float) -> None:
    assert adapter_applied(_Known(shift), PROMPTS)


def test_an_adapter_that_is_not_applied() -> None:
    assert not adapter_applied(_Known(0.0), PROMPTS)


def test_noise_is_no_adapter() -> None:
    assert not adapter_applied(_Known(0.0, 0.003), PROMPTS)
    assert not adapter_applied(_Known(0.002, 0.003), PROMPTS)
    assert adapter_applied(_Known(0.1, 0.003), PROMPTS)
