"""The project's own source files, parsed, for the tests that check the rules of the house."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "aleator"


@dataclass(frozen=True)
class Source:
    """One Python file, read and parsed once."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(path, path.read_text(encoding="utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def module(self) -> str:
        """The dotted name; of `__init__.py` that of its package."""
        parts = self.path.relative_to(ROOT / "src").with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def layer(self) -> str:
        """The folder below `aleator`, or the name of a top-level file."""
        parts = self.module.split(".")
        return parts[1] if len(parts) > 1 else parts[0]

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler | ast.keyword, what: str) -> str:
        return f"{self.place}:{node.lineno}: {what}"

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of everything imported, `from a import b` as `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node.lineno, alias.name
            elif isinstance(node, ast.ImportFrom):
                base = self._resolve(node)
                for alias in node.names:
                    yield node.lineno, f"{base}.{alias.name}"

    def _resolve(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.path.relative_to(ROOT / "src").parts[: -node.level]
        return ".".join((*package, node.module) if node.module else package)


def _sources(folder: Path) -> list[Source]:
    return [Source.read(path) for path in sorted(folder.rglob("*.py"))]


PACKAGE_SOURCES = _sources(PACKAGE)
ALL_SOURCES = PACKAGE_SOURCES + _sources(ROOT / "tests") + _sources(ROOT / "benchmarks")


def fail_on(offenders: Iterable[str], rule: str) -> None:
    """Fail with the list of all offenders, where there are any."""
    found = sorted(offenders)
    if found:
        pytest.fail("\n  ".join((rule, *found)), pytrace=False)
