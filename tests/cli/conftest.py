from pathlib import Path

import pytest

from aleator.cli.demo_plan import DemoSettings, note_settings
from tests.report.handmade import write_three


@pytest.fixture
def finished_demo(tmp_path: Path) -> Path:
    """A quick demo in which every stage is done; its figures are made by hand."""
    folder = tmp_path / "demo"
    note_settings(folder, DemoSettings.chosen(11, quick=True))
    write_three(folder / "eval")
    for method in ("soft", "hard"):
        (folder / "train" / method).mkdir(parents=True)
        (folder / "train" / method / "metrics.jsonl").write_text("")
    return folder
