import json
from pathlib import Path

import pytest

from aleator.cli.demo_settings import SHOWN, TRAINED, DemoSettings, left_out, note_settings
from aleator.errors import ConfigurationChangedError
from aleator.report.load import read_notes

WHOLE = DemoSettings.chosen(11, quick=False)
QUICK = DemoSettings.chosen(11, quick=True)


def test_every_condition_is_shown_once() -> None:
    assert sorted(SHOWN) == sorted(["base", *(condition.name for condition in TRAINED)])


def test_what_the_whole_demo_leaves_out_is_said_with_counts() -> None:
    [asked] = left_out(WHOLE)
    assert "closed_sets 110 of 515, mcq_positions 500 of 1,000; of other benchmarks all" in asked
    assert not WHOLE.quick


def test_what_the_quick_demo_leaves_out_is_said_with_counts() -> None:
    asked, conditions, updates = left_out(QUICK)
    assert conditions == "Left out altogether: anchored and hard."
    assert QUICK.quick and asked.startswith("This was a quick run.")
    assert f"numeric {2 * QUICK.limits['numeric']} of 683" in asked
    assert f"soft for {QUICK.steps['soft']} instead of" in updates


def test_notes_are_what_the_report_reads(tmp_path: Path) -> None:
    note_settings(tmp_path, QUICK)
    notes = read_notes(tmp_path)
    assert notes.evaluations == ("eval/base", "eval/soft", "eval/words")
    assert notes.left_out == left_out(QUICK)


def test_the_same_settings_go_on_others_are_refused(tmp_path: Path) -> None:
    note_settings(tmp_path, QUICK)
    before = (tmp_path / "demo.json").read_text()
    note_settings(tmp_path, QUICK)
    with pytest.raises(ConfigurationChangedError, match="seed=11 there and 12 here") as caught:
        note_settings(tmp_path, DemoSettings.chosen(12, quick=False))
    assert "'closed_sets': 55, 'mcq_positions': 5} here" in str(caught.value)
    assert "other settings (it was --quick): " in str(caught.value)
    assert (tmp_path / "demo.json").read_text() == before
    assert json.loads(before)["model"] == "sandbox"
