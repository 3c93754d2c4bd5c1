from pathlib import Path

import pytest

from aleator.cli.demo_settings import DemoSettings, note_settings
from tests.report.handmade import make_evaluation, write_three


@pytest.fixture
def finished_demo(tmp_path: Path) -> Path:
    """A quick demo in which every stage is done; its figures are made by hand."""
    folder = tmp_path / "demo"
    note_settings(folder, DemoSettings.chosen(11, quick=True))
    write_three(folder / "eval")
    make_evaluation(folder / "eval" / "words", adapter="train/words/adapter", collapse=0.1).write()
    for name in ("soft", "hard", "words"):
        (folder / "train" / name).mkdir(parents=True)
        (folder / "train" / name / "metrics.jsonl").write_text("")
    return folder
