from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.fields import Field
from aleator.report.method_costs import MethodCost, asked_otherwise, read_method
from tests.report.language import bench_of


def test_methods_are_read_as_written(language_runs: Path) -> None:
    written = bench_of(language_runs / "hot", "open_ended")
    read = read_method(Field(written, Path("result.json")))
    assert read is not None
    assert (read.name, read.temperature, read.told) == ("temperature", 3.0, "temperature 3")
    assert read.draws == 8 * 40
    told = written["method"]["tokens_per_draw"]
    assert read.figures["tokens_per_draw"].value == told["value"]
    assert read.figures["tokens_per_draw"].high == told["high"]


def test_without_an_answer_there_is_no_price_of_one(language_runs: Path) -> None:
    read = read_method(Field(bench_of(language_runs / "seeds", "open_ended"), Path("f")))
    assert read is not None and read.told == "ssot"
    assert read.figures["tokens_per_answer"].value is None
    assert read.figures["invalid_rate"].value == 1.0


def test_a_result_need_not_say_how_it_was_asked() -> None:
    assert read_method(Field({}, Path("f"))) is None
    with pytest.raises(InputError, match="f lacks method.name"):
        read_method(Field({"method": {}}, Path("f")))


def test_methods_are_named_with_their_benchmarks_where_they_differ() -> None:
    plain, ssot = MethodCost("plain", None, 1, {}), MethodCost("ssot", None, 1, {})
    assert asked_otherwise({}) == asked_otherwise({"numeric": plain}) == ""
    assert asked_otherwise({"numeric": ssot, "open_ended": ssot}) == "ssot"
    assert asked_otherwise({"numeric": plain, "open_ended": ssot}) == "ssot (open_ended)"
