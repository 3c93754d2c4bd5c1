"""`aleator families`: the thirty families and how many prompts each split has of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from aleator.cli.console import STDOUT, print_json
from aleator.distributions.families import FAMILIES
from aleator.distributions.family import Family
from aleator.distributions.grids import SPLITS, Split, split_distributions
from aleator.files import Row


@dataclass(frozen=True)
class FamilyPrompts:
    """A family and how many prompts each split has of it."""

    family: Family
    prompts: Mapping[Split, int]

    def as_row(self) -> Row:
        """What `--json` prints of it."""
        return {
            "name": self.family.name,
            "prompt_name": self.family.prompt_name,
            "kind": self.family.kind,
            "tier": self.family.tier,
            "parameters": list(self.family.parameters),
            "prompts": {split: self.prompts[split] for split in SPLITS},
        }


def families(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List the distribution families."""
    counted = count_prompts()
    if as_json:
        print_json([one.as_row() for one in counted])
    else:
        STDOUT.print(_table(counted))


def count_prompts() -> list[FamilyPrompts]:
    """The thirty families in the order of the benchmark, with their prompts by split."""
    counts = {
        split: Counter(one.family.name for one in split_distributions(split)) for split in SPLITS
    }
    return [
        FamilyPrompts(family, {split: counts[split][family.name] for split in SPLITS})
        for family in FAMILIES.values()
    ]


def _table(counted: list[FamilyPrompts]) -> Table:
    table = Table(
        title="Families and their prompts by split", title_justify="left", box=SIMPLE_HEAD
    )
    table.add_column("family", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("parameters")
    for split in SPLITS:
        table.add_column(split.replace("_", "\n"), justify="right")
    for one in counted:
        numbers = (str(one.prompts[split] or "") for split in SPLITS)
        table.add_row(one.family.name, one.family.kind, ", ".join(one.family.parameters), *numbers)
    table.add_section()
    totals = (sum(one.prompts[split] for one in counted) for split in SPLITS)
    table.add_row("all", "", "", *(f"{total:,}" for total in totals))
    return table
