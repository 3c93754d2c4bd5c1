"""How long files and functions are, what says what it is, and what is never used."""

import ast
import io
import statistics
import tokenize
from collections.abc import Callable, Iterator

import pytest

from tests.sources import ALL_SOURCES, PACKAGE_SOURCES, ROOT, Source, fail_on

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_MEDIAN_LINES = 150

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def test_files_are_short() -> None:
    offenders = [
        f"{source.place}: {source.lines} lines"
        for source in ALL_SOURCES
        if source.lines > MAX_FILE_LINES
    ]
    fail_on(offenders, f"Files over {MAX_FILE_LINES} lines:")


def test_the_median_file_is_short() -> None:
    lengths = [one.lines for one in PACKAGE_SOURCES if one.path.name != "__init__.py"]
    assert statistics.median(lengths) <= MAX_MEDIAN_LINES


def test_functions_are_short() -> None:
    offenders = []
    for source in ALL_SOURCES:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    offenders.append(source.at(node, f"{node.name} has {length} lines"))
    fail_on(offenders, f"Functions over {MAX_FUNCTION_LINES} lines:")


def test_public_things_have_docstrings() -> None:
    offenders = []
    for source in PACKAGE_SOURCES:
        if not ast.get_docstring(source.tree):
            offenders.append(f"{source.place}: the module says nothing")
        offenders += [
            source.at(node, f"{node.name} has no docstring")
            for node in _public_definitions(source.tree)
            if not ast.get_docstring(node)
        ]
    fail_on(offenders, "Public things without a docstring:")


def _public_definitions(parent: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    for node in parent.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            decorators = {ast.unparse(one) for one in node.decorator_list}
            if "overload" not in decorators and not any(d.endswith(".setter") for d in decorators):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _public_definitions(node)


def _broad_except(source: Source, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ExceptHandler):
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {ast.unparse(one) if one else "everything" for one in caught}
        for name in names & {"everything", "Exception", "BaseException"}:
            yield source.at(node, f"catches {name}")


def _forbidden_name(source: Source, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id in {"NotImplementedError", "Any"}:
        yield source.at(node, node.id)
    if isinstance(node, ast.Attribute) and ast.unparse(node) in {
        "typing.Any",
        "torch.load",
        "torch.save",
        "yaml.load",
        "yaml.unsafe_load",
    }:
        yield source.at(node, ast.unparse(node))


def _forbidden_call(source: Source, node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name):
        if node.func.id in {"eval", "exec"}:
            yield source.at(node, f"calls {node.func.id}")
        if node.func.id == "getattr" and len(node.args) > 2:
            yield source.at(node, "getattr with a default hides a missing attribute")
    for keyword in node.keywords:
        trusts = keyword.arg == "trust_remote_code" and ast.unparse(keyword.value) == "True"
        if trusts:
            yield source.at(keyword, "trusts remote code")


def _forbidden_import(source: Source, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names]
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split(".")[0] in {"pickle", "cPickle", "dill", "marshal", "shelve"}:
                yield source.at(node, f"imports {name}")


CHECKS: tuple[Callable[[Source, ast.AST], Iterator[str]], ...] = (
    _broad_except,
    _forbidden_name,
    _forbidden_call,
    _forbidden_import,
)


# Where one of these is allowed, and why.
ALLOWED = {
    "benchmarks/pickled_items.py: imports pickle": "knows no names but its own; lists and numbers",
}


def _forbidden(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        for check in CHECKS:
            for offence in check(source, node):
                place, _, what = offence.rpartition(": ")
                if (
                    f"{place.rpartition(':')[0].removeprefix('src/aleator/')}: {what}"
                    not in ALLOWED
                ):
                    yield offence


def test_no_forbidden_constructs() -> None:
    """No broad except, no Any, no pickle, no eval, no stubs, no getattr with a default."""
    offenders = (offence for source in PACKAGE_SOURCES for offence in _forbidden(source))
    fail_on(offenders, "Not in this house:")


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    pass\nexcept:\n    pass",
        "try:\n    pass\nexcept (ValueError, Exception):\n    pass",
        "raise NotImplementedError",
        "x: list[Any] = []",
        "torch.load('weights.pt')",
        "eval('1')",
        "getattr(config, 'window', None)",
        "load(name, trust_remote_code=True)",
        "from pickle import loads",
        "import pickle",
    ],
)
def test_a_planted_offence_is_found(text: str) -> None:
    assert len(list(_forbidden(Source(ROOT / "src" / "aleator" / "planted.py", text)))) == 1


def test_what_only_looks_like_an_offence_is_let_through() -> None:
    text = "model.eval()\ngetattr(row, name)\ntry:\n    pass\nexcept KeyError:\n    pass"
    assert not list(_forbidden(Source(ROOT / "src" / "aleator" / "planted.py", text)))


def test_nothing_is_left_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    offenders = []
    for source in ALL_SOURCES:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type in {tokenize.COMMENT, tokenize.STRING}:
                offenders += [
                    f"{source.place}:{token.start[0]}: {word}"
                    for word in words
                    if word in token.string
                ]
    fail_on(offenders, "Unfinished:")
