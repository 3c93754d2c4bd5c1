from pathlib import Path

import pytest

from aleator.errors import InputError
from aleator.report.estimates import (
    Estimate,
    is_figure,
    read_bare_figures,
    read_counts,
    read_estimate,
    read_estimates,
)
from aleator.report.fields import Field

FILE = Path("result.json")


def test_a_figure_is_bare_or_has_an_interval() -> None:
    assert read_estimate(Field(0.5, FILE)) == Estimate(0.5)
    whole = Field({"value": 0.5, "low": 0.25, "high": None}, FILE)
    assert read_estimate(whole) == Estimate(0.5, 0.25, None)
    assert read_estimates(Field({"a": None, "b": {"value": None}}, FILE)) == {
        "a": Estimate(None),
        "b": Estimate(None),
    }


def test_what_is_no_figure_is_refused() -> None:
    with pytest.raises(InputError, match=r"result\.json lacks mean\.tv\.value"):
        read_estimate(Field({"low": 1}, FILE, "mean.tv"))
    with pytest.raises(InputError, match="tv should be a number"):
        read_estimate(Field("much", FILE, "tv"))


def test_numbers_are_picked_from_an_object() -> None:
    item = Field({"tv": 0.5, "kl": None, "split": "train", "done": True, "x": float("nan")}, FILE)
    assert read_bare_figures(item) == {"tv": 0.5, "kl": None, "x": None}
    assert not is_figure(Field(True, FILE))


def test_counts_may_be_missing() -> None:
    assert read_counts(None) == {}
    assert read_counts(Field({"tv": 3}, FILE)) == {"tv": 3}
