"""`aleator families` agrees with the published benchmark's counts."""

import json

import pytest

from aleator.cli.app import run
from aleator.cli.families import count_prompts

# arXiv 2605.11845: 24 families seen in training, 6 never.
HELD_OUT = {"bernoulli", "poisson", "weibull", "maxwell", "chi", "truncnorm"}


def test_json_has_the_thirty_and_their_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["families", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert len(rows) == 30
    assert rows["gaussian"] == {
        "name": "gaussian",
        "prompt_name": "Gaussian",
        "kind": "continuous",
        "tier": "I",
        "parameters": ["mu", "sigma"],
        "prompts": {"train": 121, "unseen_parameters": 36, "held_out_families": 0},
    }
    assert rows["bernoulli"]["kind"] == "discrete"
    assert {name for name, row in rows.items() if not row["prompts"]["train"]} == HELD_OUT


def test_the_splits_have_their_published_sizes() -> None:
    counted = count_prompts()
    assert sum(one.prompts["train"] for one in counted) == 1_988
    assert sum(one.prompts["unseen_parameters"] for one in counted) == 591
    assert sum(one.prompts["held_out_families"] for one in counted) == 92


def test_the_table_shows_names_whole_and_the_totals(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["families"]) == 0
    printed = capsys.readouterr().out
    assert not [one.family.name for one in count_prompts() if one.family.name not in printed]
    assert "1,988" in printed
