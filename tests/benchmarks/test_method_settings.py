import re

import pytest

from aleator.benchmarks.method_settings import MethodSettings
from aleator.errors import InputError, UnknownNameError


def test_names_and_numbers_without_sense() -> None:
    name = "sot"
    with pytest.raises(UnknownNameError, match=re.escape("did you mean 'ssot'?")):
        MethodSettings(name)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="of no use to the method 'ssot'"):
        MethodSettings("ssot", temperature=0.7)
    for temperature in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(InputError, match="above 0"):
            MethodSettings("temperature", temperature=temperature)
    with pytest.raises(InputError, match="room=0: give at least 1"):
        MethodSettings("ssot", room=0)
    with pytest.raises(InputError, match="draws_per_asking=0"):
        MethodSettings("verbalized", draws_per_asking=0)


@pytest.mark.parametrize(
    ("settings", "decides"),
    [
        (MethodSettings(), {"name"}),
        (MethodSettings("ssot"), {"name", "room"}),
        (MethodSettings("verbalized"), {"name", "answers", "draws_per_asking"}),
        (MethodSettings("temperature", temperature=2.0), {"name", "temperature"}),
        (MethodSettings("temperature"), {"name", "fit_prompts", "fit_decimals", "fit"}),
    ],
)
def test_the_record_holds_what_decides_the_draws(
    settings: MethodSettings, decides: set[str]
) -> None:
    assert set(settings.as_json()) == decides
