"""The prompts of a recipe with what is to be answered, for a look at their lengths.

Every prompt of every target file is among them with all its outcomes, held-out ones too, and those
of the thirty families in every split, since validation asks them. Left out are the numbers that are
answered and the fresh parameters of wide data: both are short, and batches are checked as they are
made.
"""

from collections.abc import Iterator, Mapping, Sequence

from aleator.distributions.grids import SPLITS, split_distributions
from aleator.models.positions import Asked
from aleator.tokens.chat import PromptFormat
from aleator.training.recipe import Recipe
from aleator.training.target_files import NUMERIC, TargetFile, all_targets


def asked_of_recipe(
    recipe: Recipe,
    files: Sequence[TargetFile],
    plain: PromptFormat,
    with_system: Mapping[str, PromptFormat],
) -> Iterator[Asked]:
    """What training and validation ask.

    Args:
        recipe: What to train.
        files: Its target files.
        plain: How prompts are put to the model.
        with_system: The same behind each system message.
    """
    for target in all_targets(files):
        chat = plain if target.system is None else with_system[target.system]
        for prompt in target.prompts:
            yield Asked(prompt, chat, target.outcomes.strings, target.place)
    if not files or NUMERIC in recipe.mix or recipe.validation is not None:
        for split in SPLITS:
            for one in split_distributions(split):
                yield Asked(one.prompt(), plain)
