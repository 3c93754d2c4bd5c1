"""The public names are all there, and asking for none of them costs nothing."""

import ast
import subprocess
import sys

import pytest

import aleator
from tests.sources import PACKAGE, Source


def imported_for_pyright() -> dict[str, str]:
    """What the type-checking block imports: each name and its module."""
    tree = Source.read(PACKAGE / "__init__.py").tree
    return {
        alias.name: node.module or ""
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_the_three_lists_agree() -> None:
    assert imported_for_pyright() == aleator._HOME_OF
    assert sorted(aleator._HOME_OF) == sorted(aleator.__all__)


@pytest.mark.parametrize("name", aleator.__all__)
def test_each_name_is_at_home_where_it_is_fetched(name: str) -> None:
    value = getattr(aleator, name)
    assert value is vars(sys.modules[aleator._HOME_OF[name]])[name]
    assert name in dir(aleator)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'randomise'"):
        _ = aleator.randomise  # pyright: ignore[reportAttributeAccessIssue]


def test_importing_costs_nothing_and_distributions_do_not_need_torch() -> None:
    program = (
        "import sys, aleator\n"
        "assert not {'numpy', 'scipy', 'torch'} & set(sys.modules)\n"
        "aleator.discretise(aleator.family('gaussian').distribution(mu=0, sigma=1))\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
