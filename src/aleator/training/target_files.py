"""The target files of a recipe, read and fitted to its mix.

A file is called by its name without folder and ending. What it holds belongs to the identity of a
run, as a hash; where it lies does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from aleator.errors import RecipeError, UnknownNameError
from aleator.files import read_text
from aleator.outcomes.language import LanguageTarget, read_targets
from aleator.recipe_files import find_target_file
from aleator.training.recipe import Recipe

NUMERIC = "numeric"
"""What a mix calls the numeric families."""


@dataclass(frozen=True)
class TargetFile:
    """A target file as it was read.

    Attributes:
        name: what a mix calls it.
        digest: SHA-256 of its text, in hexadecimal.
        targets: all its sets.
    """

    name: str
    digest: str
    targets: tuple[LanguageTarget, ...]

    @property
    def training(self) -> tuple[LanguageTarget, ...]:
        """The sets that are trained on."""
        return tuple(one for one in self.targets if one.split == "train")

    @property
    def held_out(self) -> tuple[LanguageTarget, ...]:
        """The sets that are never trained on."""
        return tuple(one for one in self.targets if one.split == "held_out")


def read_target_files(recipe: Recipe) -> tuple[TargetFile, ...]:
    """Read the target files that a recipe names.

    Raises:
        InputError: A file cannot be read, or there is none of that name.
        RecipeError: It is wrong, two have the same name, or the mix leaves one out.
        UnknownNameError: The mix names a source that is not there.
    """
    files = tuple(_read(find_target_file(name)) for name in recipe.targets)
    names = [NUMERIC, *(file.name for file in files)]
    for name in names:
        if names.count(name) > 1:
            kind = "the numeric families" if name == NUMERIC else "another target file"
            raise RecipeError(f"a target file is called {name!r}, as {kind}: rename it.")
    for name in recipe.mix:
        if name not in names:
            raise UnknownNameError("source in the mix", name, names)
    left_out = [name for name in names[1:] if recipe.mix and name not in recipe.mix]
    if left_out:
        raise RecipeError(f"the mix gives no share to {left_out[0]!r}: add it, or leave it out.")
    return files


def all_targets(files: Sequence[TargetFile]) -> list[LanguageTarget]:
    """The sets of all files."""
    return [one for file in files for one in file.targets]


def _read(path: Path) -> TargetFile:
    digest = sha256(read_text(path).encode()).hexdigest()
    file = TargetFile(path.stem, digest, read_targets(path))
    if not file.training:
        raise RecipeError(f"{path} holds no set to train on: all are held out.")
    return file
