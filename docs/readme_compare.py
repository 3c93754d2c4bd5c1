"""The README's table of soft against hard, and all of it in `docs/compare.md`.

`make compare` runs `aleator compare sandbox` and then this:
`python docs/readme_compare.py runs/compare/comparison.json`.
"""

import sys
from pathlib import Path

from readme_marks import HERE, fill

from aleator.comparison.results import read_comparison
from aleator.comparison.tables import budget_table, markdown, measure_tables, reading
from aleator.files import write_text

WHOLE = HERE / "compare.md"
TITLE = "# Soft against hard targets on the sandbox model\n\n"
SHOWN = "equal forward tokens"


def main(path: Path) -> None:
    """Rewrite the README's part and the whole comparison."""
    comparison = read_comparison(path)
    tables = [table.markdown() for table in measure_tables(comparison)]
    shown = [table for table in tables if SHOWN in table]
    parts = [budget_table(comparison).markdown(), *shown, reading(comparison)]
    fill("compare", "\n".join(parts).strip())
    write_text(WHOLE, TITLE + markdown(comparison))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
