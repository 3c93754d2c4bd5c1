"""Who reads what: the visits of an epoch, dealt out over the passes of all processes.

An epoch is cut into chunks of as many visits as one pass reads, in order; the chunks go round the
processes, one each, pass after pass. So an update reads the same visits however many processes
there are, and `processes` with one pass each read what one process reads in as many passes: chunk
for chunk, so that trees and dropout, which are drawn by chunk, are the same, too.

Where an epoch ends, the last chunk may be short, and there may be none left for some processes.
accelerate would fill up with the epoch's first visits, which is another update; here those get an
empty chunk. They make a pass over nothing (`TreeCollator`), for gradients are averaged only when
every process has some.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from torch.utils.data import Sampler


@dataclass(frozen=True)
class Share:
    """One of several processes.

    Attributes:
        process: which, from 0.
        processes: how many there are.
    """

    process: int = 0
    processes: int = 1


class Chunks(Sampler[list[int]]):
    """The chunks of one process, an epoch long; as torch's DataLoader wants a `batch_sampler`.

    Args:
        visits: In an epoch.
        size: Of a chunk.
        share: Whose chunks.
    """

    def __init__(self, visits: int, size: int, share: Share = Share()) -> None:
        self._visits = visits
        self._size = size
        self._share = share

    def __len__(self) -> int:
        """Passes an epoch, the same for all processes."""
        return -(-self._visits // (self._size * self._share.processes))

    def __iter__(self) -> Iterator[list[int]]:
        """The indices of each chunk, none for an empty one."""
        for number in range(len(self)):
            begin = (number * self._share.processes + self._share.process) * self._size
            yield list(range(min(begin, self._visits), min(begin + self._size, self._visits)))
