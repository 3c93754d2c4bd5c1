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
                lines = path.read_text(encoding="utf-8").split("\n")[:-1]
                return min(self._of(lines), self.total)
        return 0

    def _of(self, lines: list[str]) -> int:
        if self.field is None:
            return len(lines)
        return int(json.loads(lines[-1])[self.field]) if lines else 0
