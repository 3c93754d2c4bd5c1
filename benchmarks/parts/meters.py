"""Clocks and memory of a processor or a GPU.

Work on a GPU is asynchronous: a clock waits for it. Memory is the most that a process ever had,
so whoever compares two sides measures each in a process of its own.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import torch

GIB = 2**30

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Seconds:
    """By the clock, and of all threads of the processor together."""

    clock: float
    processor: float


class Stopwatch:
    """Runs from its making on."""

    def __init__(self, device: str) -> None:
        """Wait for the device, and start."""
        self._device = device
        wait_for(device)
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> Seconds:
        """Since the start, all work given to the device done."""
        wait_for(self._device)
        return Seconds(time.perf_counter() - self._clock, time.process_time() - self._processor)


def wait_for(device: str) -> None:
    """Return when a GPU has done what it was given."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)


def peak_bytes(device: str) -> int:
    """The most memory so far: what torch allocated on a GPU, else what the process had."""
    if torch.device(device).type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def device_name(device: str) -> str:
    """What the rows in RESULTS.md are called after."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"


def matmul_flops(device: str, size: int = 4096, rounds: int = 5) -> float:
    """Operations a second of a plain product of square bfloat16 matrices."""
    one = torch.randn(size, size, device=device, dtype=torch.bfloat16)
    product = one @ one  # warm
    watch = Stopwatch(device)
    for _ in range(rounds):
        product = one @ product
    return 2 * size**3 * rounds / watch.read().clock


def in_own_process(
    work: Callable[_Given, _Result], *args: _Given.args, **kwargs: _Given.kwargs
) -> _Result:
    """Call `work` in a new process, whose peak of memory is that of this call."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(work, *args, **kwargs).result()
