import pytest

from aleator.report.measures import (
    BY_KEY,
    MEASURES,
    in_order,
    percent,
    significant,
    split_title,
    written,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.1, "0.100"),
        (0.012345, "0.012"),
        (0.0012345, "0.0012"),
        (0.000012345, "1.2e-05"),
        (0.9994, "0.999"),
        (0.9996, "1.00"),
        (1.0, "1.00"),
        (9.996, "10.0"),
        (99.96, "100"),
        (1.2345, "1.23"),
        (12.345, "12.3"),
        (1234.5, "1,234"),
        (2.5e7, "2.5e+07"),
        (-0.5, "-0.500"),
    ],
)
def test_figures_keep_what_can_be_read(value: float, text: str) -> None:
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "50%"), (0.985, "98.5%"), (0.004, "0.4%"), (1.0, "100.0%")]
)
def test_shares_are_written_as_per_cent(value: float, text: str) -> None:
    assert percent(value) == text


def test_a_figure_is_written_in_its_own_way() -> None:
    assert written("valid_mass", 0.5) == "50%"
    assert written("shape_kl", 0.5) == "0.500"
    assert written("something_new", 0.5) == "0.500"
    assert written("shape_kl", None) == "–"


def test_measures_are_told_apart_and_explained() -> None:
    assert len(BY_KEY) == len(MEASURES)
    assert all(measure.meaning.endswith(".") for measure in MEASURES)
    assert BY_KEY["w1_normalised"].short == "Normalised W1"


def test_splits_are_shown_held_out_first_and_unknown_last() -> None:
    assert in_order(("new", "train", "unseen_parameters", "held_out_families")) == (
        "held_out_families",
        "unseen_parameters",
        "train",
        "new",
    )
    assert split_title("new") == "new"
