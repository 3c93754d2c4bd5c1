"""Which folder may import which, and that every file has its test.

The direction is DESIGN's chain, written down in CONTRIBUTING.md. Nothing is imported here: the
sources are parsed.
"""

from collections.abc import Iterator

from tests.sources import ALL_SOURCES, PACKAGE, PACKAGE_SOURCES, ROOT, Source, fail_on

# Who may be imported, by folder or top-level file; everyone may import BASE and its own folder.
BASE = {"errors", "files", "hub_data", "shapes", "recipe_files", "aleator"}
_TARGETS = {"distributions", "outcomes"}
_MODELS = _TARGETS | {"metrics", "tokens", "models"}
_WORK = _MODELS | {"training", "sampling", "evaluation"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "files": {"errors"},
    "hub_data": {"errors", "files"},
    "shapes": set(),
    "recipe_files": {"errors", "files", "aleator"},
    "distributions": BASE,
    "outcomes": BASE | {"distributions"},
    "metrics": BASE | _TARGETS,
    "tokens": BASE | _TARGETS,
    "models": BASE | _TARGETS | {"tokens"},
    "training": BASE | _MODELS | {"sampling"},
    "sampling": BASE | _MODELS,
    "evaluation": BASE | _MODELS | {"sampling"},
    "benchmarks": BASE | _WORK,
    "sandbox": BASE | _WORK | {"benchmarks"},
    # It examines the parts of all of these at once, on a user's model; nothing rests on it.
    "doctor": BASE | _WORK | {"benchmarks"},
    "report": BASE | _WORK | {"benchmarks"},
    "comparison": BASE | _WORK | {"benchmarks", "report"},
    "cli": BASE | _WORK | {"benchmarks", "comparison", "doctor", "report", "sandbox"},
    "__main__": {"cli"},
}
WITHOUT_TORCH = {
    "errors",
    "files",
    "hub_data",
    "shapes",
    "recipe_files",
    "distributions",
    "outcomes",
    "metrics",
}
TORCH = {"torch", "transformers", "peft", "accelerate"}

# Files that need no test file of their own, and why.
UNTESTED = {
    "__main__.py": "one call, which tests/cli/test_app.py makes as a user does",
    "shapes.py": "type aliases only",
    "sandbox/finish.py": "tests/cli/test_sandbox_build.py runs it whole",
}


def _against_the_direction(source: Source) -> Iterator[str]:
    if source.module == "aleator":
        return  # the public names are looked up when asked for
    if source.layer not in MAY_IMPORT:
        yield f"{source.place}: no row in MAY_IMPORT for {source.layer!r}"
        return
    allowed = MAY_IMPORT[source.layer] | {source.layer}
    for line, name in source.imports():
        parts = name.split(".")
        layer = parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "aleator"
        if parts[0] == "aleator" and layer not in allowed:
            yield f"{source.place}:{line}: {source.layer} imports {layer}"


def test_imports_run_one_way() -> None:
    """A folder imports what stands left of it in DESIGN's chain, and nothing else of ours."""
    offenders = (one for source in PACKAGE_SOURCES for one in _against_the_direction(source))
    fail_on(offenders, "Imports against the direction:")


def test_targets_and_metrics_do_not_need_torch() -> None:
    offenders = [
        f"{source.place}:{line}: imports {name}"
        for source in PACKAGE_SOURCES
        if source.layer in WITHOUT_TORCH
        for line, name in source.imports()
        if name.split(".")[0] in TORCH
    ]
    fail_on(offenders, "These folders work without torch:")


def test_no_module_imports_itself_through_others() -> None:
    modules = {source.module for source in PACKAGE_SOURCES}
    graph = {source.module: _neighbours(source, modules) for source in PACKAGE_SOURCES}
    graph["aleator"] = set()  # the public names are looked up when asked for
    fail_on((" -> ".join(cycle) for cycle in _cycles(graph)), "Import cycles:")


def _neighbours(source: Source, modules: set[str]) -> set[str]:
    found = set()
    for _, name in source.imports():
        known = name if name in modules else name.rpartition(".")[0]
        if known in modules and known != source.module:
            found.add(known)
    return found


def _cycles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """One cycle for each edge that closes one, by depth-first search."""
    finished: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> Iterator[list[str]]:
        if module in path:
            yield [*path[path.index(module) :], module]
        elif module not in finished:
            path.append(module)
            for neighbour in sorted(graph[module]):
                yield from visit(neighbour)
            path.pop()
            finished.add(module)

    for module in sorted(graph):
        yield from visit(module)


def test_no_file_is_called_utils() -> None:
    vague = {"utils", "util", "helpers", "common", "misc"}
    fail_on(
        (one.place for one in ALL_SOURCES if one.path.stem in vague), "A name that says nothing:"
    )


def test_every_source_file_has_its_test_file() -> None:
    offenders = []
    for source in PACKAGE_SOURCES:
        place = source.path.relative_to(PACKAGE)
        if place.name == "__init__.py" or place.as_posix() in UNTESTED:
            continue
        mirror = ROOT / "tests" / place.parent / f"test_{place.name}"
        if not mirror.exists():
            offenders.append(f"{source.place}: {mirror.relative_to(ROOT)} is missing")
    fail_on(offenders, "Sources without their test file:")


def test_exceptions_to_the_mirror_are_still_there() -> None:
    fail_on((place for place in UNTESTED if not (PACKAGE / place).exists()), "Stale exceptions:")


def test_every_folder_is_a_package() -> None:
    folders = {source.path.parent for source in PACKAGE_SOURCES}
    bare = (str(one.relative_to(ROOT)) for one in folders if not (one / "__init__.py").exists())
    fail_on(bare, "Folders without __init__.py:")


def test_a_planted_cycle_is_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert list(_cycles(graph)) == [["a", "b", "c", "a"]]
    assert not list(_cycles({"a": {"b", "c"}, "b": {"c"}, "c": set()}))


def test_a_planted_import_is_found() -> None:
    planted = Source(PACKAGE / "metrics" / "planted.py", "from aleator.models import loading")
    assert list(_against_the_direction(planted)) == [
        "src/aleator/metrics/planted.py:1: metrics imports models"
    ]
