"""The README tells the truth: its commands exist, its first example runs, its names are public."""

import ast
import re
from pathlib import Path

import pytest

import aleator
from aleator.cli.app import COMMANDS
from tests.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_table_has_every_command_and_no_other() -> None:
    named = re.findall(r"^\| `aleator (\w+)", README, flags=re.MULTILINE)
    assert sorted(named) == sorted(command.name for command in COMMANDS)


def test_the_two_set_up_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^make (\w+)", README, flags=re.MULTILINE)
    assert named == ["demo", "test"]
    assert not [target for target in named if f"\n{target}: " not in makefile]


@pytest.mark.parametrize("example", EXAMPLES, ids=["target", "train"])
def test_examples_use_public_names(example: str) -> None:
    used = {
        node.attr
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "aleator"
    }
    assert used
    assert used <= set(aleator.__all__)


def test_the_first_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(EXAMPLES[0], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    # P(-0.005 < X < 1.005) of a standard normal, to six digits: 0.344546.
    assert "619 0.3445" in printed


def test_the_second_example_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands, but for the folder and the number of updates."""
    shorter = {"max_steps": "2", "validation.prompts": "2"}
    example = EXAMPLES[1].replace(
        'out=Path("runs/soft")', f"out=Path({str(tmp_path / 'soft')!r}), overrides={shorter!r}"
    )
    assert example != EXAMPLES[1]
    exec(compile(example, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert 1 <= len(lines) <= 5
    assert all(int(line.rsplit(" ", 1)[1]) >= 1 for line in lines)


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
