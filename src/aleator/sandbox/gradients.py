"""Gradients of several losses at once: one loss a thread, summed in a fixed order.

A model this small spends its time between matrix products, where more threads in one operation
gain nothing: two threads in one loss are 1.1 times as fast as one, two losses side by side twice.
Because each loss is computed by one thread from beginning to end, and sums run in the losses'
order, the result does not depend on how many workers there are.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType

import torch
from torch import Tensor, nn
from transformers import Qwen3ForCausalLM

Loss = Callable[[Qwen3ForCausalLM], Tensor]
"""A scalar loss of a model, computed from nothing else that changes."""


class ParallelGradients:
    """Worker threads, each with a copy of the model that shares its weights.

    Use as a context manager. While it is open, torch runs single operations on one thread.
    """

    def __init__(self, model: Qwen3ForCausalLM, workers: int) -> None:
        """Start `workers` threads for `model`."""
        self._parameters: list[nn.Parameter] = list(model.parameters())
        # Copies, because the pass that picks logits hangs hooks on the module it is given.
        self._models: SimpleQueue[Qwen3ForCausalLM] = SimpleQueue()
        for _ in range(workers):
            self._models.put(copy.deepcopy(model, {id(p): p for p in self._parameters}))
        self._pool = ThreadPoolExecutor(workers)
        self._threads_before = torch.get_num_threads()

    def __enter__(self) -> ParallelGradients:
        """One thread an operation."""
        torch.set_num_threads(1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)
        torch.set_num_threads(self._threads_before)

    def start(self, losses: Sequence[Loss]) -> PendingGradients:
        """Begin with all losses and come back at once; the weights must not change meanwhile."""
        return PendingGradients(
            self._parameters, [self._pool.submit(self._gradients, loss) for loss in losses]
        )

    def _gradients(self, loss: Loss) -> tuple[float, tuple[Tensor, ...]]:
        model = self._models.get()
        try:
            value = loss(model)
            return float(value.detach()), torch.autograd.grad(value, self._parameters)
        finally:
            self._models.put(model)


class PendingGradients:
    """Losses under way."""

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        futures: Sequence[Future[tuple[float, tuple[Tensor, ...]]]],
    ) -> None:
        """What the threads will give."""
        self._parameters = parameters
        self._futures = futures

    def wait(self) -> list[float]:
        """Wait, put the sum of all gradients into the parameters' `grad`, return the losses."""
        values: list[float] = []
        total: list[Tensor] = []
        for future in self._futures:
            value, gradients = future.result()
            values.append(value)
            if not total:
                total = list(gradients)
                continue
            for whole, part in zip(total, gradients, strict=True):
                whole += part
        for parameter, gradient in zip(self._parameters, total, strict=True):
            parameter.grad = gradient
        return values
