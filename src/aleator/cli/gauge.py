"""How far a process is, read from the rows that it writes as it goes."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Gauge:
    """Progress as logs of rows show it.

    Attributes:
        files: The logs, each `<file>.partial` while it grows.
        total: How much there is to do, in all of them.
        field: The field of a log's last row that says how much is done; None to count rows.
    """

    files: tuple[Path, ...]
    total: int
    field: str | None = None

    def done(self) -> int:
        """How much is done, at most `total`; 0 before there is a whole row."""
        return min(sum(self._done(file) for file in self.files), self.total)

    def _done(self, file: Path) -> int:
        for path in (file, file.with_name(file.name + ".partial")):
            if path.exists():
                return self._of(path.read_bytes())
        return 0

    def _of(self, log: bytes) -> int:
        """Of whole rows only: the last one may be half written."""
        if self.field is None:
            return log.count(b"\n")
        last = log[: log.rfind(b"\n") + 1].splitlines()[-1:]
        return int(json.loads(last[0])[self.field]) if last else 0
