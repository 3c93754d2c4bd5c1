"""Where the README's figures stand: between pairs of marks, which only scripts write between."""

from pathlib import Path

from aleator.files import read_text, write_text

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
BEGIN, END = "<!-- {}: written by docs/{} -->", "<!-- end of {} -->"
SCRIPTS = {
    "figures": "readme_figures.py",
    "words": "readme_figures.py",
    "retention": "readme_figures.py",
    "compare": "readme_compare.py",
}


def fill(mark: str, content: str) -> None:
    """Replace what stands between two marks of the README.

    Raises:
        SystemExit: The README has no such marks.
    """
    begin, end = BEGIN.format(mark, SCRIPTS[mark]), END.format(mark)
    before, found, rest = read_text(README).partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{README} has no {begin} … {end} to write between")
    write_text(README, f"{before}{begin}\n\n{content}\n\n{end}{after}")
