from dataclasses import replace
from pathlib import Path

from aleator.report.method_costs import MethodCost
from aleator.report.results import Result
from aleator.report.scales import adapter_key, scale_label, told_apart, written_scale


def _result(place: str, scale: float = 1.0, adapter: str | None = "dir") -> Result:
    return Result(
        place, Path(place), "m", adapter, 0, {}, None, {}, {}, {}, (), adapter_scale=scale
    )


BASE = _result("base", adapter=None)


def _labels(found: list[Result] | tuple[Result, ...]) -> list[str]:
    return [one.label for one in found]


def test_the_adapter_as_trained_stands_for_its_scales() -> None:
    scales = [_result(f"soft/scale-{scale:g}", scale) for scale in (1.0, 0.0, 0.5, 0.25)]
    kept, aside = told_apart([BASE, *scales])
    assert _labels(kept) == ["base", "soft/scale-1"]
    assert _labels(aside) == ["soft/scale-0", "soft/scale-0.25", "soft/scale-0.5"]


def test_without_it_the_nearest_does_and_of_two_the_larger() -> None:
    kept, aside = told_apart([BASE, _result("a", 0.5), _result("b", 1.5), _result("c", 0.25)])
    assert _labels(kept) == ["base", "b"] and _labels(aside) == ["c", "a"]
    kept, aside = told_apart([BASE, _result("a", 0.0), _result("b", 3.0)])
    assert _labels(kept) == ["base", "b"] and _labels(aside) == ["a"]


def test_scale_0_is_base_where_no_other_is() -> None:
    scales = [_result("a", 0.0), _result("b", 1.0), _result("c", 0.5)]
    kept, aside = told_apart([*scales, _result("d", 0.0, "other"), _result("e", 1.0, "other")])
    assert _labels(kept) == ["a", "b", "e"] and kept[0].is_base
    assert _labels(aside) == ["c", "d"]


def test_evaluations_of_one_scale_all_stay() -> None:
    again = [BASE, _result("a"), _result("b"), _result("c", adapter="other")]
    assert told_apart(again) == (again, ())


def test_another_way_of_asking_is_another_condition() -> None:
    hot = replace(_result("b", 0.5), methods={"numeric": MethodCost("hot", 2.0, 0, {})})
    assert adapter_key(hot) != adapter_key(_result("a"))
    kept, aside = told_apart([BASE, _result("a"), hot])
    assert _labels(kept) == ["base", "a", "b"] and aside == ()


def test_a_scale_is_called_after_the_folder_that_its_own_lies_in() -> None:
    assert scale_label(_result("runs/soft/scale-0.25", 0.25)) == "soft ×0.25"
    assert scale_label(_result("runs/soft/scale-1", 1.0)) == "soft"
    assert scale_label(_result("runs/half", 0.5)) == "half ×0.5"
    assert scale_label(BASE) == "base"
    assert written_scale(_result("a", 0.125)) == "×0.125"
