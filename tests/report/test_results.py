from dataclasses import replace
from pathlib import Path

from aleator.report.matrix_folder import Absent, Cell
from aleator.report.method_costs import MethodCost
from aleator.report.results import Collection, PromptResult, Result, SplitResult


def _result(label: str, model: str, adapter: str | None, *splits: str) -> Result:
    """A condition with the numeric benchmark if it has splits."""
    empty = SplitResult(1, {}, {}, {}, {})
    rows = tuple(
        PromptResult(f"{split}/{n}", split, "chi", "p", (), {}, None)
        for split in splits
        for n in range(2)
    )
    return Result(
        label, Path(label), model, adapter, 0, {}, None, {}, {}, dict.fromkeys(splits, empty), rows
    )


def test_each_condition_is_compared_with_its_own_model_without_an_adapter() -> None:
    small, large = _result("a", "small", None, "x"), _result("b", "large", None, "x")
    soft, stray = _result("c", "large", "dir", "x"), _result("d", "other", "dir", "x")
    collection = Collection((small, large, soft, stray))
    assert collection.base_of(soft) is large
    assert collection.base_of(stray) is None
    assert collection.base_of(large) is None


def test_splits_are_those_of_all_conditions_once() -> None:
    collection = Collection((_result("a", "m", None, "x"), _result("b", "m", "d", "y", "x")))
    assert collection.splits == ("x", "y")


def test_rows_of_a_split_keep_the_order_of_the_file() -> None:
    result = _result("a", "m", None, "x", "y")
    assert list(result.rows_of("y")) == ["y/0", "y/1"]
    assert result.rows_of("z") == {}


def test_the_base_of_a_benchmark_is_one_that_has_it() -> None:
    empty, numbers = _result("a", "m", None), _result("b", "m", None, "x")
    soft, other = _result("c", "m", "dir", "x"), _result("d", "m", "dir")
    collection = Collection((empty, numbers, soft, other))
    assert collection.base_of(soft) is numbers
    assert collection.base_of(soft, "novelty") is None
    assert collection.having("numeric") == {1: numbers, 2: soft}
    assert collection.pairs("numeric") == [(soft, numbers)]


def test_a_model_that_is_not_asked_plainly_is_no_base() -> None:
    plain, prompted = (MethodCost(name, None, 3, {}) for name in ("plain", "ssot"))
    base = replace(_result("a", "m", None, "x"), methods={"numeric": plain})
    asked = replace(base, label="b", methods={"numeric": prompted})
    assert base.is_base and not asked.is_base
    assert Collection((base, asked)).pairs("numeric") == [(asked, base)]


def test_a_model_under_two_names_has_two_bases() -> None:
    """As in a matrix that trains one model with two settings."""
    results = [
        replace(_result(f"{name} {label}", "m", adapter, "x"), named=name, condition=label)
        for name in ("wide", "narrow")
        for label, adapter in (("base", None), ("soft", f"train/{name}"))
    ]
    collection = Collection(tuple(results))
    assert collection.pairs("numeric") == [(results[1], results[0]), (results[3], results[2])]
    parts = collection.by_model()
    assert [one.label for one in parts["narrow"].results] == ["base", "soft"]
    lonely = Collection((results[0], results[3]))
    assert lonely.base_of(results[3]) is results[0]


def test_models_by_themselves_keep_what_is_theirs() -> None:
    base, twin = (replace(_result(label, "a", None, "x"), condition="c") for label in "bc")
    aside = replace(_result("s", "a", "dir", "x"), condition="s")
    absent = tuple(Absent(Cell(name, "soft", "numeric"), "no result") for name in ("a", "z"))
    parts = Collection((base, twin), ("Told.",), (aside,), absent).by_model()
    assert [one.label for one in parts["a"].results] == ["b", "c"]  # one name for both
    assert parts["a"].scaled == (aside,) and parts["a"].absent == absent[:1]
    assert parts["z"] == Collection((), ("Told.",), (), absent[1:])


def test_folders_are_those_of_the_benchmarks() -> None:
    one = _result("a", "m", None, "x")
    assert one.folders == (Path("a"),) and one.folder_of("numeric") == Path("a")
    parts = {"numeric": Path("b"), "knowledge": Path("c"), "novelty": Path("b")}
    several = replace(one, parts=parts)
    assert several.folders == (Path("b"), Path("c"))
    assert (one.where, several.where) == ("a", "./{b,c}")
    apart = replace(one, parts={"numeric": Path("b/x"), "knowledge": Path("c/x")})
    assert apart.where == "b/x; c/x"
    assert several.folder_of("knowledge") == Path("c")
