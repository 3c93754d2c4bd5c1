from pathlib import Path

from aleator.report.results import Collection, PromptResult, Result, SplitResult


def _result(label: str, model: str, adapter: str | None, *splits: str) -> Result:
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
    small, large = _result("a", "small", None), _result("b", "large", None)
    soft, stray = _result("c", "large", "dir"), _result("d", "other", "dir")
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
