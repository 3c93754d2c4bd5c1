"""How far a process is, read from the rows that it writes as it goes."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Gauge:
    """Progress as a log of rows shows it.

    Attributes:
        file: The log, `<file>.partial` while it grows.
        total: How much there is to do.
        field: The field of the last row that says how much is done; None to count rows.
    """

    file: Path
    total: int
    field: str | None = None

    def done(self) -> int:
        """How much is done, at most `total`; 0 before there is a whole row."""
        for path in (self.file, self.file.with_name(self.file.name + ".partial")):
            if path.exists():
                return min(self._of(path.read_bytes()), self.total)
        return 0

    def _of(self, log: bytes) -> int:
        """Of whole rows only: the last one may be half written."""
        if self.field is None:
            return log.count(b"\n")
        last = log[: log.rfind(b"\n") + 1].splitlines()[-1:]
        return int(json.loads(last[0])[self.field]) if last else 0
